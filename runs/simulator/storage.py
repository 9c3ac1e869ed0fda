"""Write files so that a reader, or a crash, never meets half of one."""

import json
import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` at once; its directory is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # runs of one job share its directory of checkpoints, at the same time, on several machines
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, document: object) -> None:
    write_text(path, json.dumps(document, indent=2, allow_nan=False) + "\n")
