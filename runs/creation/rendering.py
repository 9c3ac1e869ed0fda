"""The files of a project template, rendered or copied into a folder.

Rendered in Jinja's sandbox, and bounded: templates are by staff, the values in them by anybody.
"""

import fnmatch
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runs.errors import InvalidInput

from .project_templates import ProjectTemplate

MOST_FILES = 1000
MOST_BYTES = 10 * 1024 * 1024
# What an expression may raise beside Jinja's own.
FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class TooMuch(Exception):
    """More was rendered than is kept."""


def environment(folder: Path | None = None) -> ImmutableSandboxedEnvironment:
    """With a folder, files in it may be included."""

    def load(name: str) -> str | None:
        path = folder / name if folder else None
        if path is None or ".." in Path(name).parts or not is_plain(path):
            return None
        return path.read_text("utf-8")

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, loader=FunctionLoader(load)
    )


def render_text(text: str, values: dict[str, Any]) -> str:
    """One expression or text. Raises ValueError in a sentence."""
    try:
        return bounded(environment().from_string(text), values, 100_000)
    except (TooMuch, *FAULTS) as error:
        raise ValueError(f"{text[:100]!r} cannot be rendered: {error}") from error


def bounded(template: Template, values: dict[str, Any], most: int) -> str:
    """Piece by piece, so that a loop without end stops. Raises TooMuch."""
    pieces, length = [], 0
    for piece in template.generate(values):
        length += len(piece)
        if length > most:
            raise TooMuch(f"it grows beyond {most:,} characters")
        pieces.append(piece)
    return "".join(pieces)


def render_files(template: ProjectTemplate, values: dict[str, Any], place: Path) -> None:
    """The template's files into `place`. Raises InvalidInput where one cannot be rendered."""
    jinja = environment(template.files)
    total = 0
    for number, source in enumerate(source_files(template)):
        relative = source.relative_to(template.files)
        try:
            name = bounded(jinja.from_string(relative.as_posix()), values, 4096)
            content = content_of(jinja, template, source, values)
        except (TooMuch, *FAULTS) as error:
            raise InvalidInput(f"{relative} cannot be rendered: {error}", "template") from error
        total += len(content)
        if number >= MOST_FILES or total > MOST_BYTES:
            raise InvalidInput(f"The template {template.name} is too large.", "template")
        if target := inside(place, name.removesuffix(template.suffix) if template.suffix else name):
            put(target, content, source)


def content_of(
    jinja: ImmutableSandboxedEnvironment,
    template: ProjectTemplate,
    source: Path,
    values: dict[str, Any],
) -> bytes:
    if source.stat().st_size > MOST_BYTES:
        raise TooMuch("it is too large")
    content = source.read_bytes()
    if not source.name.endswith(template.suffix):
        return content
    return bounded(jinja.from_string(content.decode()), values, MOST_BYTES).encode()


def put(target: Path, content: bytes, source: Path) -> None:
    """Raises InvalidInput where two of the template's files have become one."""
    if os.path.lexists(target):
        raise InvalidInput(f"Two files of the template become {target.name}.", "variables")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except (FileExistsError, NotADirectoryError) as error:
        raise InvalidInput(f"A file and a folder become {target.name}.", "variables") from error
    if source.stat().st_mode & stat.S_IXUSR:
        target.chmod(0o755)


def source_files(template: ProjectTemplate) -> Iterator[Path]:
    """In the order of names. Raises InvalidInput for a link, or anything else that is no file."""
    for directory, folders, names in os.walk(template.files):
        folders[:] = sorted(each for each in folders if not is_excluded(template, directory, each))
        for name in sorted([*names, *folders]):
            path = Path(directory) / name
            if is_excluded(template, directory, name) or (
                name in folders and not path.is_symlink()
            ):
                continue
            if not is_plain(path):
                relative = path.relative_to(template.files)
                raise InvalidInput(f"{relative} of the template is no plain file.", "template")
            yield path


def is_excluded(template: ProjectTemplate, directory: str, name: str) -> bool:
    relative = (Path(directory) / name).relative_to(template.files).as_posix()
    return any(
        fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(relative, pattern.lstrip("/"))
        for pattern in template.exclude
    )


def is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def inside(place: Path, name: str) -> Path | None:
    """A variable may be in a name; it leads nowhere else. A part that becomes empty leaves the
    file out, as Copier has it. Raises InvalidInput."""
    parts = name.split("/")
    if "" in parts:
        return None
    if any(part in (".", "..", ".session") or not part.isprintable() for part in parts):
        raise outside(name)
    if any(len(part.encode()) > 255 for part in parts):
        raise outside(name)
    return place.joinpath(*parts)


def outside(name: str) -> InvalidInput:
    return InvalidInput(f"{name[:200]!r} cannot be a file of the project.", "variables")
