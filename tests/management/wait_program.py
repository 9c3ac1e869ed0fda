"""A program that ends well as soon as there is a file `go` in its run directory."""

import sys
import time
from pathlib import Path

sys.stdout.write("waiting\n")
sys.stdout.flush()
while not Path("go").exists():
    time.sleep(0.02)
sys.stdout.write("done\n")
