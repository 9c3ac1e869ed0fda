"""Start one program, stay with it to its end, and write down how it ended.

Run as ``python3 -I -S shim.py SPEC.json [LOCK_FD]``, on any executor. It and the modules beside it
that it loads need the standard library alone, and Python 3.9 or newer: the interpreter may be a
cluster's. What is not here is compiled only once. SPEC.json (`.launch.json` in the run directory)
holds ``run_dir, argv, env, cwd, log, grace_seconds, heartbeat_seconds, metadata``; LOCK_FD is an
inherited descriptor with which the executor already holds the directory's lock.

SIGTERM ends the run: `cancelled` where an order lies in `.cancel.json` (``{"grace_seconds",
"by"}``), else `preempted`. The exit code is the program's.
"""

# ruff: noqa: PTH100, PTH118, PTH120, PTH123  (pathlib would take a third more start-up time)
from __future__ import annotations

import fcntl
import json
import os
import sys

if __name__ == "__main__":  # -I keeps our own folder out of the path
    sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from runs.lifecycle.process_tree import read_process
from runs.lifecycle.program import Spec
from runs.lifecycle.record import LOCK_FILE, append, has_begun
from runs.lifecycle.watch import Watch


def take_lock(run_dir: str, inherited: int | None) -> bool:
    """Hold the directory's lock for our lifetime, pid and start ticks in it; False if taken."""
    path = os.path.join(run_dir, LOCK_FILE)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600) if inherited is None else inherited
    os.set_inheritable(lock, False)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without locks: the metadata still tells whether it has begun
    me = read_process(os.getpid())
    os.ftruncate(lock, 0)
    append(lock, f"{os.getpid()} {me.start_ticks if me else 0}")
    return True


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], "rb") as file:
            spec = Spec(json.load(file))
    except (OSError, LookupError, TypeError, ValueError) as error:
        sys.stderr.write(f"not a launch file: {error!r}\n")
        return 2
    inherited = int(arguments[1]) if len(arguments) > 1 else None
    if not take_lock(spec.run_dir, inherited) or has_begun(spec.run_dir):
        return 0
    return Watch(spec).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
