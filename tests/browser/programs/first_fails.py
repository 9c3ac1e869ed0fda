"""Of all that are launched under one name, the first fails; the others measure something."""

import json
import random
import sys
from pathlib import Path

try:
    Path("../taken").touch(exist_ok=False)
except FileExistsError:
    event = {"erlang": 1, "iteration": 1, "total_iterations": 1, "loss": random.random()}
    Path("progress.jsonl").write_text(json.dumps(event) + "\n")
else:
    sys.exit("the first of all fails")
