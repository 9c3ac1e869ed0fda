"""What stands in a checkpoint's directory: its configuration and its job. Read when asked for."""

import os
from dataclasses import dataclass
from pathlib import Path

from runs.configuration.document import FORMATS, Document, parse
from runs.errors import ConfigurationInvalid, InvalidInput, NotFound
from runs.files.artifacts import resolve_inside
from runs.files.regular import open_regular, pread_full
from runs.models import Checkpoint

# A page shows and compares as much; a configuration of more is cut.
TEXT_BYTES = 200_000
CONFIGURATIONS = ("config.yaml", "config.json")
JOB_SPEC = "job.json"


@dataclass(frozen=True)
class TextFile:
    """`cut`: only the beginning was read."""

    name: str
    text: str
    cut: bool

    @property
    def format(self) -> str:
        """A format of configurations; "" for another file."""
        suffix = self.name.rpartition(".")[2].lower()
        suffix = "yaml" if suffix == "yml" else suffix
        return suffix if suffix in FORMATS else ""


def directory_of(checkpoint: Checkpoint) -> Path:
    """Its real directory, inside its root. Raises NotFound, PathOutside."""
    parts = (checkpoint.project, checkpoint.group, checkpoint.name, checkpoint.suffix)
    directory = resolve_inside(checkpoint.root.directory, "/".join(parts))
    if not directory.is_dir():
        raise NotFound("The directory of this checkpoint is no longer on disk.")
    return directory


def exists(checkpoint: Checkpoint) -> bool:
    try:
        directory_of(checkpoint)
    except NotFound:
        return False
    return True


def read_text(checkpoint: Checkpoint, name: str) -> TextFile | None:
    """None where there is no such file, or none that can be read."""
    try:
        path = resolve_inside(directory_of(checkpoint), name)
        with open_regular(path, follow=False) as descriptor:
            size = os.fstat(descriptor).st_size
            data = pread_full(descriptor, TEXT_BYTES, 0)
    except (OSError, NotFound):
        return None
    return TextFile(name, data.decode("utf-8", errors="replace"), size > len(data))


def configurations(checkpoint: Checkpoint) -> list[TextFile]:
    """config.yaml, then config.json, then whatever discovery took for its configuration."""
    names = dict.fromkeys((*CONFIGURATIONS, checkpoint.config_name))
    found = (read_text(checkpoint, name) for name in names if name)
    return [file for file in found if file]


def configuration(checkpoint: Checkpoint) -> TextFile | None:
    """The one that counts, where there are several."""
    return next(iter(configurations(checkpoint)), None)


def job_spec(checkpoint: Checkpoint) -> TextFile | None:
    return read_text(checkpoint, JOB_SPEC)


def document_of(file: TextFile) -> Document:
    """Raises InvalidInput for what was cut or is no configuration, with the reason."""
    if file.cut:
        raise InvalidInput(f"{file.name} is longer than {TEXT_BYTES // 1000} kB.")
    try:
        return parse(file.text, file.format)
    except ConfigurationInvalid as error:
        raise InvalidInput(f"{file.name} does not parse: {error.problems[0]}.") from error
