"""Run as `python runs/simulator` from anywhere, or as `python -m runs.simulator`."""

import sys
from pathlib import Path

if not __package__:
    here = Path(__file__).resolve().parent
    # Run as a directory, Python puts that directory first on the path, where our modules
    # would pass for top-level ones. Only the checkout's root belongs there.
    sys.path[:] = [
        str(here.parents[1]),
        *(entry for entry in sys.path if Path(entry).resolve() != here),
    ]

from runs.simulator.command import main

if __name__ == "__main__":
    sys.exit(main())
