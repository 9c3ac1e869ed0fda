"""A numbered line twenty times a second until told to go, or three minutes have passed."""

import sys
import time
from pathlib import Path

for number in range(1, 3601):
    sys.stdout.write(f"line {number}\n")
    if Path("go").exists():
        break
    time.sleep(0.05)
