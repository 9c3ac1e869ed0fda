"""One thing to fill in, whoever asks: the wizard itself, a project template, or a check."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from runs.creation.project_templates import TemplateQuestion
from runs.creation.template_values import default_of, is_asked, value_of

Kind = Literal["text", "long", "integer", "number", "boolean", "choice", "date", "upload"]
KINDS: dict[str, Kind] = {"str": "text", "int": "integer", "float": "number", "bool": "boolean"}
# As many choices a person sees at a glance; more are folded into a menu.
RADIOS_MOST = 6


@dataclass(frozen=True)
class Entry:
    """`options` are (value, words); `suggestions` what may be chosen but need not be."""

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()
    help: str = ""
    placeholder: str = ""
    required: bool = False
    accept: str = ""
    fault: str = ""
    focus: bool = False

    @property
    def element_id(self) -> str:
        return "entry-" + self.name.replace(".", "-")

    @property
    def is_ticked(self) -> bool:
        return self.value.lower() in ("true", "on", "yes", "1")

    @property
    def is_radios(self) -> bool:
        return self.kind == "choice" and len(self.options) <= RADIOS_MOST

    @property
    def described_by(self) -> str:
        fault = f"fault-{self.element_id}"
        return f"help-{self.element_id} {fault}" if self.help else fault


def shown(value: Any) -> str:
    """A value as it would be typed."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value) if isinstance(value, bool | list | dict) else str(value)


def template_entries(
    questions: Sequence[TemplateQuestion],
    section: str,
    typed: Mapping[str, Any],
    known: Mapping[str, Any],
) -> list[Entry]:
    """The form that a template's questions stand for; what was not typed yet has its default.

    A question may depend on the answers before it, and on what is `known` of the project.
    """
    before = dict(known)
    entries = []
    for question in questions:
        given = typed.get(question.name)
        try:
            asked = is_asked(question, before)
            value = value_of(question, given, before)
        except ValueError:
            # said at its field; what depends on it is asked as if it were empty
            asked, value = True, None
        if asked:
            entries.append(template_entry(question, section, given, before))
        before[question.name] = value
    return entries


def template_entry(
    question: TemplateQuestion, section: str, typed: Any, before: dict[str, Any]
) -> Entry:
    default = first_value(question, before) if typed is None else typed
    options = tuple(zip(question.choices, question.labels, strict=True))
    if options and not question.required and default in (None, ""):
        options = (("", "none"), *options)
    kind = "choice" if options else KINDS.get(question.type, "text")
    return Entry(
        name=f"{section}.{question.name}",
        label=question.label or question.name,
        kind="long" if kind == "text" and question.multiline else kind,
        value=shown(default),
        options=options,
        help=question.help,
        placeholder=question.placeholder,
        required=question.required,
    )


def first_value(question: TemplateQuestion, before: dict[str, Any]) -> Any:
    """Its default; nothing where that cannot be made out of the answers before it."""
    try:
        return default_of(question, before)
    except ValueError:
        return None
