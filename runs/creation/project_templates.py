"""Project templates: folders with a `copier.yml` of questions and files to render.

The conventions are Copier's (https://copier.readthedocs.io): every key of `copier.yml` that does
not begin with `_` is a question {type, help, default, choices, required?}, files ending in
`.jinja` are rendered and lose the suffix, names of files and folders are rendered too, all else
is copied. Copier itself is not used: it runs tasks and prompts on a terminal. Ours beside its
own: `_title`, `_description`, and `_readme` and `_run_readme`, the fields that a README of the
project, or of each run in it, has beside the usual ones.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from ruamel.yaml import YAML, YAMLError

from runs.errors import ConfigurationInvalid, InvalidInput, Problem, TemplateNotFound

BUNDLED = Path(__file__).resolve().parent / "bundled_templates"
QUESTIONS = "copier.yml"
SUFFIX = ".jinja"
MOST_FILES = 1000
MOST_BYTES = 10 * 1024 * 1024
TYPES = ("str", "int", "float", "bool")


@dataclass(frozen=True)
class TemplateQuestion:
    """One question, or one README field (then of type str)."""

    name: str
    type: str = "str"
    label: str = ""
    help: str = ""
    default: Any = None
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class ProjectTemplate:
    """`readme` are the fields of the project's README, `run_readme` those of its runs'."""

    name: str
    title: str
    description: str
    folder: Path
    questions: tuple[TemplateQuestion, ...] = ()
    readme: tuple[TemplateQuestion, ...] = ()
    run_readme: tuple[TemplateQuestion, ...] = ()


@dataclass
class Listing:
    """Kept while no `copier.yml` has changed."""

    signature: object = None
    templates: dict[str, ProjectTemplate] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


_listing = Listing()
_lock = threading.Lock()


def roots() -> list[Path]:
    return [*settings.FUSIONWEB_PROJECT_TEMPLATES, BUNDLED]


def listing() -> Listing:
    """The templates by name, the first root's where two have one name; a broken one is a fault."""
    with _lock:
        found = list(question_files())
        signature = [(str(path), path.stat().st_mtime_ns) for path in found]
        if signature != _listing.signature:
            _listing.signature = signature
            _listing.templates, _listing.faults = {}, {}
            for path in found:
                read_into(_listing, path)
        return _listing


def question_files() -> Iterator[Path]:
    for root in roots():
        if root.is_dir():
            folders = sorted(each for each in root.iterdir() if not each.name.startswith("."))
            yield from (each / QUESTIONS for each in folders if (each / QUESTIONS).is_file())


def read_into(known: Listing, path: Path) -> None:
    try:
        template = read_template(path)
    except (InvalidInput, OSError, UnicodeDecodeError) as error:
        known.faults[str(path)] = str(error)
        return
    known.templates.setdefault(template.name, template)


def project_templates() -> list[ProjectTemplate]:
    return sorted(listing().templates.values(), key=lambda template: template.name)


def project_template(name: str) -> ProjectTemplate:
    """The name is looked up, never made a path; empty is the plain one. Raises TemplateNotFound."""
    found = listing().templates.get(name or "plain")
    if found is None:
        raise TemplateNotFound(f"There is no project template {name[:200]}.")
    return found


def read_template(path: Path) -> ProjectTemplate:
    """Raises InvalidInput for what is no list of questions."""
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8")) or {}
    except YAMLError as error:
        raise InvalidInput(f"is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise InvalidInput("is not a mapping of questions")
    asked = {name: value for name, value in content.items() if not str(name).startswith("_")}
    return ProjectTemplate(
        name=path.parent.name,
        title=str(content.get("_title", path.parent.name)),
        description=str(content.get("_description", "")),
        folder=path.parent,
        questions=read_questions(asked),
        readme=read_questions(content.get("_readme") or {}),
        run_readme=read_questions(content.get("_run_readme") or {}),
    )


def read_questions(asked: Any) -> tuple[TemplateQuestion, ...]:
    if not isinstance(asked, dict):
        raise InvalidInput("the fields are a mapping of name to question")
    return tuple(read_question(str(name), value) for name, value in asked.items())


def read_question(name: str, value: Any) -> TemplateQuestion:
    """Copier's short form `name: default` is a text with that default."""
    if not name.isidentifier():
        raise InvalidInput(f"{name!r} cannot be the name of a question")
    if not isinstance(value, dict):
        return TemplateQuestion(name, label=name, default=value)
    kind = value.get("type", "str")
    if kind not in TYPES:
        raise InvalidInput(f"{name}: the type is one of {', '.join(TYPES)}")
    return TemplateQuestion(
        name=name,
        type=kind,
        label=str(value.get("label", name.replace("_", " "))),
        help=str(value.get("help", "")),
        default=value.get("default"),
        choices=tuple(str(choice) for choice in value.get("choices") or ()),
        required=bool(value.get("required", False)),
    )


def check_values(
    template: ProjectTemplate, variables: dict[str, Any], readme_extra: dict[str, str]
) -> dict[str, Any]:
    """The value of each question, of its type. Raises ConfigurationInvalid with every fault."""
    problems: list[Problem] = []
    values = take(template.questions, variables, "variables", problems)
    values |= take(template.readme, readme_extra, "readme_extra", problems)
    if problems:
        raise ConfigurationInvalid(problems)
    return values


def take(
    questions: tuple[TemplateQuestion, ...],
    given: dict[str, Any],
    section: str,
    problems: list[Problem],
) -> dict[str, Any]:
    known = {question.name for question in questions}
    problems += [
        Problem("is not asked by this template", section, name)
        for name in given
        if name not in known
    ]
    values = {}
    for question in questions:
        try:
            values[question.name] = read_value(question, given.get(question.name))
        except ValueError as error:
            problems.append(Problem(str(error), section, question.name))
    return values


def read_value(question: TemplateQuestion, given: Any) -> Any:
    """Raises ValueError with a sentence."""
    if given is None or given == "":
        if question.required and question.default in (None, ""):
            raise ValueError("is needed")
        return question.default
    value = CONVERSIONS[question.type](given)
    if question.choices and str(value) not in question.choices:
        raise ValueError(f"is one of {', '.join(question.choices)}")
    return value


def to_bool(given: Any) -> bool:
    words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
    found = words.get(str(given).lower())
    if found is None:
        raise ValueError("is yes or no")
    return found


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": to_bool,
}


def render_files(template: ProjectTemplate, values: dict[str, Any], place: Path) -> None:
    """The template's files into `place`. Raises InvalidInput where one cannot be rendered."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    total = 0
    for number, source in enumerate(source_files(template.folder)):
        relative = source.relative_to(template.folder)
        content = source.read_bytes()
        total += len(content)
        if number >= MOST_FILES or total > MOST_BYTES:
            raise InvalidInput(f"The template {template.name} is too large.", "template")
        try:
            name = environment.from_string(str(relative)).render(values)
            if relative.suffix == SUFFIX:
                name = name.removesuffix(SUFFIX)
                content = environment.from_string(content.decode()).render(values).encode()
        except (TemplateError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{relative} cannot be rendered: {error}", "template") from error
        target = inside(place, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def source_files(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            path = Path(directory) / name
            if not name.startswith(".") and path != folder / QUESTIONS and not path.is_symlink():
                yield path


def inside(place: Path, name: str) -> Path:
    """A variable may be in a name; it leads nowhere else. Raises InvalidInput."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or any(part in ("..", ".") for part in parts):
        raise InvalidInput(f"{name[:200]!r} cannot be a file of the project.", "variables")
    return place / name
