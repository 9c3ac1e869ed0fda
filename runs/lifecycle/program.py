"""What the shim is told to start, and how it starts it.

Standard library alone, Python 3.9 or newer: the shim loads it without Django, anywhere.
"""

# ruff: noqa: PTH118, PTH123  (pathlib would take a third more start-up time)
from __future__ import annotations

import ctypes
import json
import os
import signal

from runs.lifecycle.process_tree import LINUX, RUN_DIR_MARK, RUN_ID_MARK

MIN_HEARTBEAT_SECONDS = 0.05
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
LIBC = ctypes.CDLL(None) if LINUX else None
# What the shim listens to, or shuts its ears to: it must not in its child, before there is an exec.
SHIMS_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP)
# What is ignored stays so through an exec: by Python itself, or by who started us.
IGNORED = [n for n in signal.valid_signals() if signal.getsignal(n) == signal.SIG_IGN]


class Spec:
    """The launch file. Raises KeyError, TypeError or ValueError where it is no such thing."""

    def __init__(self, content: dict) -> None:
        self.run_dir: str = content["run_dir"]
        self.argv: list[str] = content["argv"]
        self.cwd: str = content.get("cwd") or self.run_dir
        self.log = os.path.join(self.run_dir, content.get("log") or "output.log")
        self.grace_seconds = float(content.get("grace_seconds", 10))
        self.heartbeat_seconds = max(
            float(content.get("heartbeat_seconds", 30)), MIN_HEARTBEAT_SECONDS
        )
        self.metadata: dict[str, object] = dict(content.get("metadata") or {})
        run_id = str(self.metadata.get("run_id", ""))
        self.env = {**content["env"], RUN_DIR_MARK: self.run_dir, RUN_ID_MARK: run_id}


class CouldNotStart(Exception):
    """`exit_code` is 127 where the program was not found, else 126, as in a shell."""

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(f"could not start: {message}")
        self.exit_code = exit_code


def start_program(spec: Spec, log: int) -> int:
    """Fork and exec the program, its output going to `log`; its pid. Raises CouldNotStart."""
    reader, writer = os.pipe()
    shim = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, SHIMS_SIGNALS)
    pid = os.fork()
    if pid == 0:
        _become_program(spec, log, writer, shim)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.close(writer)
    with open(reader, "rb") as file:
        problem = file.read()  # empty: exec has closed the other end
    if not problem:
        return pid
    os.waitpid(pid, 0)
    raise CouldNotStart(*json.loads(problem))


def _become_program(spec: Spec, log: int, problems: int, shim: int) -> None:
    """In the child, and never back: exec, or [exit code, sentence] through `problems`."""
    subject = spec.cwd
    try:
        _forget_the_shim(shim)
        os.chdir(spec.cwd)
        for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        subject = spec.argv[0] if spec.argv else "an empty command"
        os.execvpe(subject, spec.argv, spec.env)
    except (OSError, ValueError, TypeError) as error:
        missing = isinstance(error, FileNotFoundError) and subject != spec.cwd
        said = getattr(error, "strerror", None) or str(error)
        os.write(problems, json.dumps([127 if missing else 126, f"{subject}: {said}"]).encode())
    finally:
        os._exit(127)


def _forget_the_shim(shim: int) -> None:
    """Signals as a fresh process has them, a group of its own, and death with the shim's."""
    for signum in (*SHIMS_SIGNALS, *IGNORED):
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.setpgid(0, 0)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != shim:  # it died before we could ask to be told
        os._exit(127)


def adopt_orphans() -> None:
    """Whoever loses its parent below us becomes our child, however it daemonised."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def prctl(option: int, value: int) -> None:
    if LIBC:
        LIBC.prctl(option, value, 0, 0, 0)
