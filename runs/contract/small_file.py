"""Read a small file of anybody's making, whole: never a pipe, a symlink or a giant."""

import os
import stat
import time

from runs.contract.tolerant_json import load_json
from runs.errors import PassingFault

LARGEST_BYTES = 8 * 1024 * 1024
# Others write in place: for some 0.3 ms a reader meets half of it.
READINGS = 3
PAUSE_SECONDS = 0.003
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class FileUnusable(PassingFault):
    """The file is there and cannot be used; the message says why, to follow its name."""

    code = "file_unusable"


def read_small_file(path: str, largest: int = LARGEST_BYTES) -> bytes:
    """All of it. Raises OSError, and FileUnusable for what is no file or larger than that."""
    descriptor = os.open(path, FLAGS)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise FileUnusable("is not a file.")
        if found.st_size > largest:
            raise FileUnusable(f"is larger than {largest / 1024:,.0f} KiB.")
        return os.read(descriptor, found.st_size)
    finally:
        os.close(descriptor)


def read_object(path: str) -> dict[str, object]:
    """A JSON object. Raises as `read_small_file`, and FileUnusable for anything else.

    Sleeps a few milliseconds where it meets a half-written file.
    """
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE_SECONDS)
        try:
            value = load_json(read_small_file(path))
        except ValueError as error:
            fault = str(error)
            continue
        if isinstance(value, dict):
            return value
        raise FileUnusable("is not a JSON object.")
    raise FileUnusable(f"does not parse: {fault}")
