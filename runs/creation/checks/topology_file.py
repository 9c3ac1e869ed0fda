"""The configuration names a file that is not there: ask for it.

A schema says `"x-file": "topology"` of a key that names a network (JSON, as
`runs.simulator.topology` reads it), and `"x-file": true` of one that names any file.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.places import Path
from runs.creation.draft import RunDraft
from runs.creation.staging import uploads
from runs.errors import InputInvalid
from runs.simulator.topology import LARGEST_BYTES, parse_topology

from .question import InputField, Question

INPUTS = "inputs"
FIELD = "topology"
NETWORK = "topology"
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class NamedFile:
    """What a key names; `kind` is its `x-file`."""

    path: Path
    kind: Any
    value: str


def missing_files(draft: RunDraft) -> list[NamedFile]:
    schema = draft.program.schema
    named = _named(schema, draft.values, (), schema)
    return [each for each in named if not is_there(draft, each.value)]


def _named(
    part: dict[str, Any], values: Any, path: Path, schema: dict[str, Any]
) -> Iterator[NamedFile]:
    for name, inner in properties_of(part).items():
        inner = resolved(inner, schema)
        value = values.get(name) if isinstance(values, dict) else None
        if properties_of(inner):
            yield from _named(inner, value, (*path, name), schema)
        elif inner.get("x-file") and isinstance(value, str) and value.strip():
            yield NamedFile((*path, name), inner["x-file"], value.strip())


def is_there(draft: RunDraft, value: str) -> bool:
    """A program's working directory is the run's: a relative path begins there."""
    place = FilePath(os.path.normpath(draft.directory / value))
    given = {draft.directory / path for path in draft.files}
    try:
        return place in given or place.is_file()
    except (OSError, ValueError):
        return False


class TopologyFile:
    """One file at a time: the field has the same name whichever key it is for."""

    name = "topology_file"
    label = "files that are named"
    position = 400

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        missing = missing_files(draft)
        if not missing:
            return None
        first = missing[0]
        key = ".".join(first.path)
        is_network = first.kind == NETWORK
        return Question(
            f"{key} names the file {first.value[:200]}, which is not there.",
            (
                InputField(
                    FIELD,
                    "Network" if is_network else "File",
                    "upload",
                    hint="JSON with name, nodes and links" if is_network else "",
                    accept=(".json",) if is_network else (),
                    max_bytes=LARGEST_BYTES,
                ),
            ),
        )

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        """Kept by the key it is for, so that the next file does not take its place."""
        first = missing_files(draft)[0]
        upload = answer[FIELD]
        if first.kind == NETWORK:
            check_network(upload.content)
        return {".".join(first.path): upload}

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        """Below the run's directory; the configuration names it in full, so that a retry in
        another directory finds it as well."""
        for named in missing_files(draft):
            upload = answer.get(".".join(named.path))
            content = content_of(draft, upload) if upload else None
            if upload and content is not None:
                place = f"{INPUTS}/{'-'.join(named.path[-1:])}-{safe_name(upload['name'])}"
                draft = draft.with_file(place, content)
                draft = draft.with_value(named.path, str(draft.directory / place))
        return draft

    def remarks(self, draft: RunDraft) -> list[str]:
        return []


def content_of(draft: RunDraft, upload: dict[str, str]) -> bytes | None:
    """None where the file is gone: it is asked for again."""
    try:
        return (uploads(draft.session) / upload["file"]).read_bytes()
    except FileNotFoundError:
        return None


def check_network(content: bytes) -> None:
    try:
        parse_topology(content.decode("utf-8-sig"))
    except ValueError as error:
        raise InputInvalid(f"This file is no network: {error}.", FIELD) from error


def safe_name(name: str) -> str:
    """A plain file name, whatever it was called where it came from."""
    return UNSAFE.sub("_", name).strip("._-")[-100:] or "file"
