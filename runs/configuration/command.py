"""A program's command template: words with fields, put together without a shell."""

import os
import re
import shlex
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runs.errors import InvalidInput, ProgramUnusable

FIELDS = (
    "config",
    "run_id",
    "run_dir",
    "output_dir",
    "progress_file",
    "checkpoint_dir",
    "resume_from",
    "seed",
)
FIELD = re.compile(r"\{([^{}]*)\}")
TEMPLATE_MAX = 10_000


@dataclass(frozen=True)
class Command:
    """`words` are the template's arguments, their fields still in braces."""

    words: tuple[str, ...]

    @property
    def executable(self) -> str:
        return self.words[0]

    def argv(self, **fields: str | None) -> list[str]:
        """Each field inside of one argument, whatever it holds.

        An argument whose field is None is left out, and where it is that field alone, the
        option before it too: `--resume_from {resume_from}`.
        """
        argv: list[str] = []
        for word in self.words:
            names = FIELD.findall(word)
            if all(fields[name] is not None for name in names):
                argv.append(FIELD.sub(lambda found: fields[found[1]] or "", word))
            elif FIELD.fullmatch(word) and _is_option(argv[-1]):
                argv.pop()
        return argv


def _is_option(word: str) -> bool:
    """A whole `--option` that takes the next word; `--` ends the options."""
    return word.startswith("-") and word.strip("-") != "" and "=" not in word


def parse_command(template: str) -> Command:
    """Raises InvalidInput, naming the fault."""
    if len(template) > TEMPLATE_MAX or "\0" in template:
        raise _refusal(f"expected at most {TEMPLATE_MAX} characters, and no NUL")
    try:
        words = shlex.split(template)
    except ValueError as error:
        raise _refusal(f"a quote or a backslash is left open ({error})") from error
    if not words or not words[0]:
        raise _refusal("names no program")
    for fault in _faults(words):
        raise _refusal(fault)
    return Command(tuple(words))


def _faults(words: list[str]) -> Iterator[str]:
    if FIELD.search(words[0]):
        yield f"the program itself cannot be a field, got '{words[0]}'"
    for word in words:
        for name in FIELD.findall(word):
            if name not in FIELDS:
                known = " ".join(f"{{{field}}}" for field in FIELDS)
                yield f"unknown field '{{{name}}}'; there are {known}"
        if set("{}") & set(FIELD.sub("", word)):
            yield f"a brace stands alone in '{word}'"


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(f"the command template: {message}", field="command")


def find_executable(argv0: str, bundled: dict[str, list[str]]) -> list[str]:
    """The words to start it with: a full path, or those of a bundled program not on the PATH.

    Raises ProgramUnusable.
    """
    if not argv0 or "\0" in argv0:
        raise _unusable("the command names no program")
    if os.sep in argv0:
        return [_checked_path(argv0)]
    if found := shutil.which(argv0):
        return [str(Path(found).absolute())]
    if argv0 in bundled:
        return bundled[argv0]
    raise _unusable(f"the program '{argv0}' is not on the PATH; give its full path")


def _checked_path(argv0: str) -> str:
    path = Path(argv0)
    if not path.is_absolute():
        raise _unusable(f"'{argv0}' is neither a name nor a full path")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unusable(f"the program {argv0[:200]} does not exist ({error.strerror})") from error
    if not stat.S_ISREG(mode) or not os.access(path, os.X_OK):
        raise _unusable(f"{argv0} is not an executable file")
    return argv0


def _unusable(message: str) -> ProgramUnusable:
    return ProgramUnusable(message, field="program")
