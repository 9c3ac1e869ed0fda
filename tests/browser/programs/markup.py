"""Markup wherever a program can put a text: log, names of files and metrics, contents."""

import json
import sys
from pathlib import Path

EVIL = "<img src=x onerror=\"document.title='taken over'\">"

sys.stdout.write(f"{EVIL}\n\x1b[31m{EVIL}\x1b[0m\n")
output = Path("output")
output.mkdir(exist_ok=True)
(output / "<b>.txt").write_text(EVIL)
(output / "page.html").write_text(f"<html><script>alert(1)</script>{EVIL}</html>")
(output / "table.csv").write_text(f"load,{EVIL}\n1,{EVIL}\n")
with Path("progress.jsonl").open("a") as progress:
    for load in (1, 2):
        event = {"erlang": load, "iteration": 1, "total_iterations": 1, EVIL: load}
        progress.write(json.dumps(event) + "\n")
    progress.write(json.dumps({"type": "error", "message": EVIL, "traceback": EVIL}) + "\n")
