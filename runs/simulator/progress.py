"""progress.jsonl: one event a line, for whoever watches."""

import json
from datetime import UTC, datetime
from pathlib import Path

from runs.simulator.errors import ConfigurationError


class ProgressFile:
    """Each event is one `write` of a whole line, so a reader never waits for the rest of it.

    A fresh run replaces what an earlier one left; a resumed run (`append`) adds to it.
    """

    def __init__(self, path: Path, append: bool = False) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b" if append else "wb", buffering=0)
        except OSError as error:
            raise ConfigurationError("--progress_file", f"cannot be written: {error}") from error
        if append:
            self._end_broken_line()

    def write(self, kind: str, **fields: object) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"type": kind, "ts": moment, **fields}
        self._file.write(json.dumps(event, allow_nan=False).encode() + b"\n")

    def close(self) -> None:
        self._file.close()

    def _end_broken_line(self) -> None:
        """A killed run may have left half a line, which must not swallow our first."""
        if self._file.tell() == 0:
            return
        self._file.seek(-1, 2)
        if self._file.read(1) != b"\n":
            self._file.write(b"\n")
