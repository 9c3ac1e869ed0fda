"""The files of a run directory that shim and executor share, and how they are written.

Standard library alone, Python 3.9 or newer: the shim loads it without Django, anywhere.
"""

# ruff: noqa: PTH105, PTH108, PTH112, PTH113, PTH118, PTH123  (pathlib would cost the shim
# a third of its start-up time)
from __future__ import annotations

import json
import os
import time

SPEC_FILE, ORDER_FILE, LOCK_FILE = ".launch.json", ".cancel.json", ".shim.lock"
METADATA_FILE = "metadata.json"
RETRY_SECONDS = 0.2


def now() -> str:
    """This moment, ISO 8601 with zone and microseconds."""
    moment = time.time()
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1e6):06d}+00:00"


def write_atomically(
    directory: str, name: str, content: bytes, mode: int = 0o644, *, durable: bool = True
) -> None:
    """A reader meets the old file or the new one. Raises OSError, leaving the old one.

    What is not `durable` survives all of us, but perhaps not the machine.
    """
    temporary = os.path.join(directory, f".{name.lstrip('.')}.{os.getpid()}.tmp")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, os.path.join(directory, name))
    except OSError:
        if os.path.isfile(temporary):
            os.unlink(temporary)
        raise
    if durable:
        sync_directory(directory)


def sync_directory(directory: str) -> None:
    try:
        descriptor = os.open(directory, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    except OSError:
        pass  # some network file systems refuse; the file itself is safe


def append(descriptor: int, line: str) -> None:
    """Write a line where there is room for it; the disk may be what we complain about."""
    try:
        os.write(descriptor, f"{line}\n".encode(errors="replace"))
    except OSError:
        pass


def read_object(directory: str, name: str) -> dict | None:
    """The JSON object of a file; None where there is no file, {} where it holds no object."""
    try:
        with open(os.path.join(directory, name), "rb") as file:
            content = json.load(file)
    except ValueError:
        return {}
    except OSError:
        return None
    return content if isinstance(content, dict) else {}


def has_begun(run_dir: str) -> bool:
    """Whether a shim, dead or alive, has already started the program of this directory."""
    return "process_start_ticks" in (read_object(run_dir, METADATA_FILE) or {})


class Record:
    """`metadata.json`: what is known of the run, written whole each time."""

    def __init__(self, run_dir: str, fields: dict[str, object]) -> None:
        self.run_dir, self.fields, self.complaint = run_dir, fields, ""

    def write(self, *, durable: bool = True) -> bool:
        """Write it with a fresh heartbeat; a failure is told once, and left to the next time."""
        self.fields["last_heartbeat"] = now()
        try:
            write_atomically(self.run_dir, METADATA_FILE, self._content(), durable=durable)
        except OSError as error:
            self._complain(f"{METADATA_FILE}: {error.strerror}")
            return False
        return True

    def write_final(self, patience_seconds: float) -> None:
        """Write it for good; a full disk is waited for, a deleted directory is not."""
        deadline = time.monotonic() + patience_seconds
        while not self.write() and os.path.isdir(self.run_dir):
            if time.monotonic() > deadline:
                return self._overwrite()
            time.sleep(RETRY_SECONDS)
        return None

    def _overwrite(self) -> None:
        """On a full disk, the blocks of the old record may still hold the new one."""
        try:
            with open(os.path.join(self.run_dir, METADATA_FILE), "r+b") as file:
                file.write(self._content())
                file.truncate()
        except OSError as error:
            self._complain(f"the outcome is lost: {error}")

    def _content(self) -> bytes:
        return json.dumps(self.fields, indent=1).encode() + b"\n"

    def _complain(self, complaint: str) -> None:
        if complaint != self.complaint:
            self.complaint = complaint
            append(2, f"{now()} {complaint}")
