"""Once told to go: 200,000 lines, a line of ten megabytes, and a last one."""

import sys
import time
from pathlib import Path

sys.stdout.write("line 1\n")
deadline = time.monotonic() + 120
while not Path("go").exists() and time.monotonic() < deadline:
    time.sleep(0.05)
for start in range(2, 200_001, 1000):
    last = min(start + 1000, 200_001)
    sys.stdout.write("".join(f"line {number}\n" for number in range(start, last)))
sys.stdout.write("x" * 10_000_000 + "\n")
sys.stdout.write("this is the end\n")
