"""The catalogue of templates: the files of a folder per program, kept in step with the disk."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from runs.configuration.template_files import SUFFIXES, Fault, Found, Unreadable, read_text, scan
from runs.errors import TemplateNotFound

SCAN_SECONDS = 1.0
TITLE_MAX = 120
DESCRIPTION_MAX = 1_000


@dataclass(frozen=True)
class Template:
    """A starting configuration. `name` is its path in the program's folder, without suffix."""

    program: str
    name: str
    path: Path
    format: str
    title: str
    description: str
    modified_at: datetime
    size_bytes: int


@dataclass(frozen=True)
class _Listing:
    signature: object
    templates: dict[tuple[str, str], Template]
    faults: list[Fault]


class Catalogue:
    """Templates of `root/<program>/…` for each root, and of `folders[program]/…`.

    Where two have one name, the first root's counts, and `folders` come last. A look at the
    disk is at most a second old; `clock` gives seconds. Safe to share between threads.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        folders: Mapping[str, Path] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = list(roots)
        self._folders = dict(folders or {})
        self._clock = clock
        self._lock = threading.Lock()
        self._listing = _Listing(None, {}, [])
        self._scanned_at: float | None = None
        self._read: dict[Found, Template | Fault] = {}

    def templates(self, program: str) -> list[Template]:
        """By name; none for a program without a folder."""
        listed = self._current().templates
        return sorted(
            (each for each in listed.values() if each.program == program),
            key=lambda template: template.name,
        )

    def get(self, program: str, name: str) -> Template:
        """The name is looked up, never made a path. Raises NotFound."""
        for listing in (self._current, self._scanned):
            if template := listing().templates.get((program, name)):
                return template
        raise TemplateNotFound(f"{program or 'this program'} has no template '{name[:200]}'")

    def read(self, template: Template) -> str:
        """The text as it is now. Raises NotFound for a file that is gone or unfit by now."""
        try:
            return read_text(template.path)
        except (OSError, Unreadable) as error:
            raise TemplateNotFound(
                f"the template '{template.name}' cannot be read: {error}"
            ) from error

    def count(self) -> int:
        return len(self._current().templates)

    @property
    def faults(self) -> list[Fault]:
        return list(self._current().faults)

    def _current(self) -> _Listing:
        with self._lock:
            now = self._clock()
            if self._scanned_at is None or now - self._scanned_at >= SCAN_SECONDS:
                self._scan()
            return self._listing

    def _scanned(self) -> _Listing:
        with self._lock:
            self._scan()
            return self._listing

    def _scan(self) -> None:
        self._scanned_at = self._clock()
        scans = [(program, folder, *scan(folder)) for program, folder in self._sources()]
        # A folder's own modification time says nothing of changed or nested files.
        signature = [(program, found, faults) for program, _, found, faults in scans]
        if signature == self._listing.signature:
            return
        known, self._read = self._read, {}
        templates: dict[tuple[str, str], Template] = {}
        faults: list[Fault] = []
        for program, folder, found, scan_faults in scans:
            faults += scan_faults
            for file in found:
                entry = known.get(file) or _entry(program, folder, file)
                self._read[file] = entry
                _add(entry, templates, faults)
        self._listing = _Listing(signature, templates, faults)

    def _sources(self) -> Iterator[tuple[str, Path]]:
        for root in self._roots:
            yield from _programs(root)
        yield from self._folders.items()


def _programs(root: Path) -> list[tuple[str, Path]]:
    try:
        return [
            (folder.name, folder)
            for folder in sorted(root.iterdir())
            if folder.is_dir()
            and not folder.name.startswith(".")
            and folder.resolve().is_relative_to(root.resolve())
        ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        # Its scan says as a fault why it cannot be read.
        return [("", root)]


def _add(
    entry: Template | Fault, templates: dict[tuple[str, str], Template], faults: list[Fault]
) -> None:
    if isinstance(entry, Fault):
        faults.append(entry)
        return
    first = templates.setdefault((entry.program, entry.name), entry)
    if first is not entry:
        faults.append(Fault(str(entry.path), f"has the name of {first.path}"))


def _entry(program: str, folder: Path, file: Found) -> Template | Fault:
    path = Path(file.path)
    try:
        title, description = _words(read_text(path))
    except Unreadable as error:
        return Fault(file.path, str(error))
    except OSError as error:
        return Fault(file.path, f"cannot be read: {error.strerror}")
    return Template(
        program=program,
        name=path.relative_to(folder).with_suffix("").as_posix(),
        path=path,
        format=SUFFIXES[path.suffix.lower()],
        title=title or path.stem,
        description=description,
        modified_at=datetime.fromtimestamp(file.modified_ns / 1e9, UTC),
        size_bytes=file.size_bytes,
    )


def _words(text: str) -> tuple[str, str]:
    """The first comment line, and the comment lines right below it."""
    comment: list[str] = []
    for line in text.split("\n"):
        row = line.strip()
        if row.startswith(("#", ";")):
            comment.append(row.lstrip("#; ").rstrip())
        elif row or comment:
            break
    comment = [row for row in comment if row]
    return "".join(comment[:1])[:TITLE_MAX], " ".join(comment[1:])[:DESCRIPTION_MAX]
