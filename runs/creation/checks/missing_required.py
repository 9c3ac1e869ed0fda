"""A value that the program cannot do without is missing or empty: ask for each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runs.configuration.conversion import properties_of, resolved, types_of
from runs.configuration.fields import Field, fields
from runs.configuration.ini import as_text
from runs.configuration.places import Path
from runs.creation.draft import RunDraft
from runs.errors import InputInvalid

from .problems import problem_at
from .question import FieldType, InputField, Option, Question

MOST_FIELDS = 50
TYPES: dict[str, FieldType] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "choice": "choice",
}


@dataclass(frozen=True)
class Gap:
    """A required value that is not there; `part` is what the schema says of it."""

    path: Path
    part: dict[str, Any]

    @property
    def id(self) -> str:
        return ".".join(self.path)


def gaps(draft: RunDraft) -> list[Gap]:
    return list(_gaps(draft.program.schema, draft.values, (), draft.program.schema))


def _gaps(part: dict[str, Any], values: Any, path: Path, schema: dict[str, Any]) -> Iterator[Gap]:
    values = values if isinstance(values, dict) else {}
    required = part.get("required", [])
    for name, inner in properties_of(part).items():
        inner = resolved(inner, schema)
        if properties_of(inner):
            if name in required or isinstance(values.get(name), dict):
                yield from _gaps(inner, values.get(name), (*path, name), schema)
        elif name in required and is_empty(name, values, inner):
            yield Gap((*path, name), inner)


def is_empty(name: str, values: dict[str, Any], part: dict[str, Any]) -> bool:
    value = values.get(name)
    if value is None:
        return name not in values or "null" not in types_of(part)
    return isinstance(value, str) and not value.strip()


class MissingRequired:
    name = "missing_required"
    label = "required values"
    position = 300

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        found = gaps(draft)[:MOST_FIELDS]
        if not found:
            return None
        known = {
            field.path: field
            for section in fields(draft.program.schema, draft.values)
            for field in section.fields
        }
        asked = tuple(input_field(gap, known[gap.id]) for gap in found)
        names = ", ".join(gap.id for gap in found)
        return Question(f"{draft.program.title} cannot do without {names}.", asked)

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        """Each is looked at in its place, so that limits hold as well as types."""
        kept = {}
        for gap in gaps(draft):
            if gap.id in answer:
                kept[gap.id] = value_for(gap, answer[gap.id])
                draft = draft.with_value(gap.path, kept[gap.id])
                if problem := problem_at(draft, gap.path):
                    raise InputInvalid(f"{gap.id}: {problem}.", gap.id)
        return kept

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        for gap in gaps(draft):
            if gap.id in answer:
                draft = draft.with_value(gap.path, answer[gap.id])
        return draft

    def remarks(self, draft: RunDraft) -> list[str]:
        return []


def input_field(gap: Gap, field: Field) -> InputField:
    hints = [field.help, f"in {field.unit}" if field.unit else "", limits(field)]
    return InputField(
        id=gap.id,
        label=field.label,
        type=TYPES.get(field.kind, "text"),
        default=gap.part.get("default"),
        options=tuple(Option(choice, choice) for choice in field.choices),
        hint="; ".join(hint for hint in hints if hint),
    )


def limits(field: Field) -> str:
    if field.minimum is None and field.maximum is None:
        return ""
    if field.maximum is None:
        return f"at least {field.minimum:g}"
    return (
        f"at most {field.maximum:g}"
        if field.minimum is None
        else (f"{field.minimum:g} to {field.maximum:g}")
    )


def value_for(gap: Gap, given: Any) -> Any:
    """A choice is shown as text; lists and mappings are written as JSON."""
    for choice in gap.part.get("enum", []):
        if as_text(choice) == given:
            return choice
    if isinstance(given, str) and set(types_of(gap.part)) & {"array", "object"}:
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            raise InputInvalid(f"{gap.id} is JSON, such as [1, 2].", gap.id) from None
    return given
