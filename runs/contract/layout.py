"""Names inside a job's directory, and the path that says which job it is."""

import re
from dataclasses import dataclass
from pathlib import Path

from runs.errors import NameInvalid, PathOutside

METADATA = "metadata.json"
LOG = "output.log"
PROGRESS = "progress.jsonl"
OUTPUT = "output"
CONFIG_STEM = "config"
# The template a configuration was made from, kept beside it for the diff; hidden from artifacts.
TEMPLATE_STEM = ".template"

DEFAULT_PROJECT = "general"
DEFAULT_GROUP = "default"

NAME_MAX_CHARACTERS = 100
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, order=True)
class JobPath:
    """`project/group/name/run_id`, as it stands under the status root.

    Others name their jobs as they like, so a part may hold anything a directory name can;
    what would lead out of the root raises PathOutside.
    """

    project: str
    group: str
    name: str
    run_id: str

    def __post_init__(self) -> None:
        for part in self.parts:
            if part in ("", ".", "..") or "/" in part or "\0" in part:
                raise PathOutside("There is no such job.")

    @property
    def parts(self) -> tuple[str, str, str, str]:
        return (self.project, self.group, self.name, self.run_id)

    def under(self, root: Path) -> Path:
        return root.joinpath(*self.parts)

    def __str__(self) -> str:
        return "/".join(self.parts)


def check_name(value: str, field: str) -> str:
    """The value itself, where it may be a project, group or run name; else NameInvalid.

    It becomes a directory, part of an address and a word in a shell, so it is kept plain.
    """
    if not value:
        raise NameInvalid(f"The {field} is empty. {_allowed()}", field)
    if len(value) > NAME_MAX_CHARACTERS:
        raise NameInvalid(f"The {field} has {len(value)} characters. {_allowed()}", field)
    if not NAME.fullmatch(value):
        raise NameInvalid(f"The {field} {value!r} cannot be a directory. {_allowed()}", field)
    return value


def _allowed() -> str:
    return (
        f"Use letters, digits, “.”, “_” and “-”, with a letter or digit first, "
        f"at most {NAME_MAX_CHARACTERS} characters."
    )
