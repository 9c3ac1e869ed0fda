"""Once told to go: a load's result every third of a second, twenty of them."""

import json
import time
from pathlib import Path

deadline = time.monotonic() + 60
while not Path("go").exists() and time.monotonic() < deadline:
    time.sleep(0.05)
for load in range(1, 21):
    event = {"erlang": load, "iteration": 1, "total_iterations": 1, "loss": load / 100}
    with Path("progress.jsonl").open("a") as progress:
        progress.write(json.dumps(event) + "\n")
    time.sleep(0.3)
