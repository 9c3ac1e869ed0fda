"""Project templates: folders with a `copier.yml` of questions and files to render.

The conventions are Copier's (https://copier.readthedocs.io): every key of `copier.yml` that does
not begin with `_` is a question; `_subdirectory`, `_templates_suffix` and `_exclude` say which
files make the project. Copier itself is not used: it runs tasks and prompts on a terminal. A
template that needs what is not done here is left out, and said. Ours beside Copier's own: `label`
and `required` of a question, `_title`, `_description`, and `_readme` and `_run_readme`, the
fields that a README of the project, or of each run in it, has beside the usual ones.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML, YAMLError

from runs.errors import InvalidInput, TemplateNotFound

BUNDLED = Path(__file__).resolve().parent / "bundled_templates"
QUESTIONS = ("copier.yml", "copier.yaml")
LONGEST_QUESTIONS_BYTES = 1024 * 1024
MOST_QUESTIONS = 200
TYPES = ("str", "int", "float", "bool", "path", "json", "yaml")
# Left out by Copier, too, where the template says nothing itself.
EXCLUDED = (
    "copier.yml",
    "copier.yaml",
    "~*",
    "*.py[co]",
    "__pycache__",
    ".git",
    ".DS_Store",
    ".svn",
)
# A template that has one of these would be made by half.
UNDONE = ("_tasks", "_migrations", "_jinja_extensions", "_external_data", "_envops")


@dataclass(frozen=True)
class TemplateQuestion:
    """One question, or one README field.

    `choices` are values as text, `labels` what to show for each. `default` is a value or a Jinja
    expression over the answers before it; `when` and `validator` are such expressions, or empty.
    """

    name: str
    type: str = "str"
    label: str = ""
    help: str = ""
    default: Any = None
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    required: bool = False
    multiline: bool = False
    placeholder: str = ""
    when: str = ""
    validator: str = ""


@dataclass(frozen=True)
class ProjectTemplate:
    """`readme` are the fields of the project's README, `run_readme` those of its runs'.

    `files` is the folder whose files are rendered, where their names end in `suffix`, or copied.
    """

    name: str
    title: str
    description: str
    files: Path
    suffix: str = ".jinja"
    exclude: tuple[str, ...] = EXCLUDED
    questions: tuple[TemplateQuestion, ...] = ()
    readme: tuple[TemplateQuestion, ...] = ()
    run_readme: tuple[TemplateQuestion, ...] = ()


@dataclass(frozen=True)
class Listing:
    """What was found; `faults` says of a folder that is no template why. Never changed."""

    signature: object = None
    templates: dict[str, ProjectTemplate] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


_known = Listing()
_lock = threading.Lock()


def roots() -> list[Path]:
    return [*map(Path, settings.FUSIONWEB_PROJECT_TEMPLATES), BUNDLED]


def listing() -> Listing:
    """The templates by name, the first root's where two have one name; read anew only when a
    `copier.yml` has changed."""
    global _known
    faults: dict[str, str] = {}
    found = list(question_files(faults))
    signature = (found, faults)
    with _lock:
        if _known.signature != signature:
            _known = read_all([path for path, *_ in found], faults, signature)
        return _known


def question_files(faults: dict[str, str]) -> Iterator[tuple[Path, int, int]]:
    """Each with how it looks now; what cannot be listed is a fault."""
    for root in roots():
        try:
            folders = sorted(each for each in root.iterdir() if not each.name.startswith("."))
        except FileNotFoundError:
            continue
        except OSError as error:
            faults[str(root)] = f"cannot be read: {error.strerror}"
            continue
        for folder in folders:
            if path := question_file(folder):
                facts = path.stat()
                yield path, facts.st_mtime_ns, facts.st_size


def question_file(folder: Path) -> Path | None:
    return next((folder / name for name in QUESTIONS if (folder / name).is_file()), None)


def read_all(paths: list[Path], faults: dict[str, str], signature: object) -> Listing:
    templates: dict[str, ProjectTemplate] = {}
    faults = dict(faults)
    for path in paths:
        try:
            template = read_template(path)
        except (InvalidInput, OSError, UnicodeDecodeError) as error:
            faults[str(path)] = str(error)
            continue
        templates.setdefault(template.name, template)
    return Listing(signature, templates, faults)


def project_templates() -> list[ProjectTemplate]:
    return sorted(listing().templates.values(), key=lambda template: template.name)


def template_faults() -> dict[str, str]:
    """For staff: the path of what is no template, and why not."""
    return dict(listing().faults)


def project_template(name: str) -> ProjectTemplate:
    """The name is looked up, never made a path; empty is the plain one. Raises TemplateNotFound."""
    found = listing().templates.get(name or "plain")
    if found is None:
        raise TemplateNotFound(f"There is no project template {name[:200]}.")
    return found


def read_template(path: Path) -> ProjectTemplate:
    """Raises InvalidInput, in words that follow the path, for what is no template."""
    content = read_yaml(path)
    if undone := [name for name in UNDONE if content.get(name)]:
        raise InvalidInput(f"uses {', '.join(undone)}, which is not done here")
    asked = {name: value for name, value in content.items() if not str(name).startswith("_")}
    excluded = content.get("_exclude")
    return ProjectTemplate(
        name=path.parent.name,
        title=str(content.get("_title", path.parent.name)),
        description=str(content.get("_description", "")),
        files=subdirectory(path.parent, str(content.get("_subdirectory", ""))),
        suffix=str(content.get("_templates_suffix", ".jinja")),
        exclude=tuple(map(str, excluded)) if isinstance(excluded, list) else EXCLUDED,
        questions=read_questions(asked, forced=True),
        readme=read_questions(content.get("_readme") or {}),
        run_readme=read_questions(content.get("_run_readme") or {}),
    )


def read_yaml(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LONGEST_QUESTIONS_BYTES:
        raise InvalidInput("is longer than 1 MiB")
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or {}
    except (YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(f"is not YAML: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(content, dict):
        raise InvalidInput("is not a mapping of questions")
    return {str(name): value for name, value in content.items()}


def subdirectory(folder: Path, name: str) -> Path:
    """Raises InvalidInput for one that leads out of the folder, or is none."""
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_dir():
        raise InvalidInput(f"has no folder {name[:200]!r} for its files")
    return place


def read_questions(asked: Any, forced: bool = False) -> tuple[TemplateQuestion, ...]:
    """`forced`: as Copier has it, what has no default has to be answered."""
    if not isinstance(asked, dict):
        raise InvalidInput("the fields are a mapping of name to question")
    if len(asked) > MOST_QUESTIONS:
        raise InvalidInput(f"asks more than {MOST_QUESTIONS} questions")
    return tuple(read_question(str(name), value, forced) for name, value in asked.items())


def read_question(name: str, value: Any, forced: bool) -> TemplateQuestion:
    """Copier's short form `name: default` is a question of the default's type."""
    if not name.isidentifier():
        raise InvalidInput(f"{name!r} cannot be the name of a question")
    if not isinstance(value, dict):
        return TemplateQuestion(name, type_of(value), spoken(name), default=value)
    if value.get("multiselect"):
        raise InvalidInput(f"{name}: several choices at once are not offered here")
    kind = value.get("type", type_of(value.get("default")))
    if kind not in TYPES:
        raise InvalidInput(f"{name}: the type is one of {', '.join(TYPES)}")
    choices, labels = read_choices(name, value.get("choices"))
    return TemplateQuestion(
        name=name,
        type=kind,
        label=str(value.get("label", spoken(name))),
        help=str(value.get("help", "")),
        default=value.get("default"),
        choices=choices,
        labels=labels,
        required=bool(value.get("required", forced and "default" not in value)),
        multiline=bool(value.get("multiline", False)),
        placeholder=str(value.get("placeholder", "")),
        when=condition(value.get("when", "")),
        validator=str(value.get("validator", "")),
    )


def condition(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def type_of(default: Any) -> str:
    names = {bool: "bool", int: "int", float: "float", list: "yaml", dict: "yaml"}
    return names.get(type(default), "str")


def spoken(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def read_choices(name: str, given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values and labels of Copier's three forms: a list, a list of pairs, a mapping."""
    if not given:
        return (), ()
    if isinstance(given, dict):
        pairs = list(given.items())
    elif isinstance(given, list):
        pairs = [tuple(each) if isinstance(each, list) else (each, each) for each in given]
    else:
        raise InvalidInput(f"{name}: the choices are a list or a mapping")
    if not all(len(pair) == 2 and not isinstance(pair[1], list | dict) for pair in pairs):
        raise InvalidInput(f"{name}: a choice is a value, or a label with a value")
    return tuple(str(value) for _, value in pairs), tuple(str(label) for label, _ in pairs)
