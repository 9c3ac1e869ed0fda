"""Find the checkpoints below the directory of one job name.

A checkpoint is the directory that holds a configuration, a job.json or a payload, however deep
it stands: `best`, `ntoks/134217728`, `<run_id>/load_3`. What is marked as one is not looked
into. A directory without marks is one if files stand in it and nothing marked stands below it;
a README, a log or `latest` beside checkpoints makes none.
"""

import os
from dataclasses import dataclass, field
from itertools import islice

CONFIGS = ("config.yaml", "config.json", "config.yml", "config.ini")
JOB = "job.json"
LATEST = "latest"
PAYLOAD = "checkpoint"
UNFINISHED = ".orbax-checkpoint-tmp"
COMMITTED = "commit_success.txt"
ORBAX_METADATA = "_CHECKPOINT_METADATA"
MARKS = frozenset((*CONFIGS, JOB, PAYLOAD, COMMITTED, ORBAX_METADATA))
ASIDE = (".md", ".txt", ".log")

DEEPEST = 8
# A directory with more entries is not read to its end; if they are mostly files it is a payload.
MOST_ENTRIES = 20_000
TOO_MANY = f"It has more than {MOST_ENTRIES:,} entries: the rest was not looked at."
# A name with more directories than this between it and its checkpoints is not looked through.
MOST_DIRECTORIES = 20_000
LONGEST_SUFFIX = 1000


@dataclass
class Places:
    """`checkpoints` maps each suffix to its directory's inode.

    `branches` maps the path of the name and of each directory that may yet get checkpoints to its
    time of change in nanoseconds, from before it was listed; 0 where it must be listed again.
    `unreadable` has the suffixes below which nobody knows what there is, `faults` the paths and
    reasons.
    """

    checkpoints: dict[str, int] = field(default_factory=dict)
    branches: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Entries:
    """What stands in a directory, hidden names and symlinks left out; `files` by name."""

    files: list[str] = field(default_factory=list)
    directories: dict[str, int] = field(default_factory=dict)
    too_many: bool = False

    @property
    def is_marked(self) -> bool:
        names = (*self.files, *self.directories)
        return not MARKS.isdisjoint(names) or any(
            name.startswith(PAYLOAD + UNFINISHED) for name in self.directories
        )

    @property
    def has_payload(self) -> bool:
        return any(is_payload(name) for name in self.files)

    @property
    def is_huge_payload(self) -> bool:
        return self.too_many and len(self.files) > len(self.directories)


def find_checkpoints(path: str) -> Places:
    """All below the directory of a name. Raises OSError where that one cannot be listed."""
    search = _Search(path)
    changed_ns = os.lstat(path).st_mtime_ns
    entries = list_entries(path)
    search.found.branches[path] = changed_ns
    search.descend("", entries)
    return search.found


def list_entries(path: str) -> Entries:
    """Without a stat where the file system tells the types. May raise OSError."""
    entries = Entries()
    with os.scandir(path) as scan:
        for entry in islice(scan, MOST_ENTRIES):
            if entry.name[0] == ".":
                continue
            if entry.is_dir(follow_symlinks=False):
                entries.directories[entry.name] = entry.inode()
            elif entry.is_file(follow_symlinks=False):
                entries.files.append(entry.name)
        entries.too_many = next(scan, None) is not None
    return entries


def is_payload(name: str) -> bool:
    """Whether a file may be of what a job saved, by its name."""
    lowered = name.lower()
    return name != LATEST and not lowered.startswith("readme") and not lowered.endswith(ASIDE)


class _Search:
    def __init__(self, path: str) -> None:
        self.path = path
        self.found = Places()
        self.directories = 0

    def descend(self, suffix: str, entries: Entries) -> bool:
        """Whether any directory in this one is a marked checkpoint, or holds one."""
        if entries.too_many:
            self.found.faults.append((_join(self.path, suffix), TOO_MANY))
        # In order, so that nothing depends on how a file system lists.
        ordered = sorted(entries.directories.items())
        marked = [self.visit(_join(suffix, name), inode) for name, inode in ordered]
        return any(marked)

    def visit(self, suffix: str, inode: int) -> bool:
        """Whether this directory is a marked checkpoint, or holds one."""
        path = f"{self.path}/{suffix}"
        self.directories += 1
        if self.directories > MOST_DIRECTORIES + 1:
            return False
        if fault := self.refusal(suffix):
            self.found.faults.append((path, fault))
            return False
        try:
            changed_ns = os.lstat(path).st_mtime_ns
            entries = list_entries(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            return self.refused(suffix, path, error)
        if entries.is_marked or entries.is_huge_payload or UNFINISHED in suffix:
            self.found.checkpoints[suffix] = inode
            return True
        self.found.branches[path] = changed_ns
        return self.unmarked(suffix, inode, entries)

    def unmarked(self, suffix: str, inode: int, entries: Entries) -> bool:
        found = self.found
        counts = len(found.checkpoints), len(found.branches), len(found.faults)
        holds_marked = self.descend(suffix, entries)
        if entries.has_payload and not holds_marked:
            # what looked like checkpoints below it is its payload; a dict drops its newest first
            while len(found.checkpoints) > counts[0]:
                found.checkpoints.popitem()
            while len(found.branches) > counts[1]:
                found.branches.popitem()
            del found.faults[counts[2] :]
            found.checkpoints[suffix] = inode
        return holds_marked

    def refusal(self, suffix: str) -> str:
        if not _is_utf8(suffix):
            return "Its name is not UTF-8."
        if len(suffix) > LONGEST_SUFFIX:
            return f"Its path below the name is longer than {LONGEST_SUFFIX} characters."
        if suffix.count("/") >= DEEPEST:
            return f"It is more than {DEEPEST} levels below the name: nobody looked into it."
        if self.directories > MOST_DIRECTORIES:
            return f"More than {MOST_DIRECTORIES:,} directories: the others were not looked at."
        return ""

    def refused(self, suffix: str, path: str, error: OSError) -> bool:
        self.found.faults.append((path, f"It cannot be read: {error.strerror or error}."))
        self.found.unreadable.append(suffix)
        self.found.branches[path] = 0
        # True: as long as nobody knows, the directory above it is not taken for a checkpoint.
        return True


def _join(above: str, name: str) -> str:
    return f"{above}/{name}" if above and name else above or name


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
