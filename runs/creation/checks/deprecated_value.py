"""An old spelling of a value or a key, which the schema knows: replace it if the person agrees.

A schema says of a key `"x-deprecated": {"old value": "new value"}`, and of a section
`"x-renamed": {"old_key": "new_key"}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.places import Path, dotted
from runs.configuration.schema import faults
from runs.creation.draft import RunDraft
from runs.errors import InputInvalid

from .question import InputField, Question


@dataclass(frozen=True)
class OldSpelling:
    """`path` is where the old one stands, `to` where the new one belongs, with `value`."""

    path: Path
    to: Path
    value: Any
    sentence: str


def old_spellings(draft: RunDraft) -> list[OldSpelling]:
    return list(_old(draft.program.schema, draft.values, (), draft.program.schema))


def _old(
    part: dict[str, Any], values: dict[str, Any], path: Path, schema: dict[str, Any]
) -> Iterator[OldSpelling]:
    renamed = mapping(part, "x-renamed")
    known = properties_of(part)
    for key, value in values.items():
        place = (*path, key)
        if key in renamed:
            to = (*path, renamed[key])
            yield OldSpelling(place, to, value, f"{dotted(place)} is called {renamed[key]} now")
            continue
        inner = resolved(known.get(key), schema)
        if isinstance(value, dict):
            yield from _old(inner, value, place, schema)
        elif str(value) in (replaced := mapping(inner, "x-deprecated")):
            new = replaced[str(value)]
            yield OldSpelling(place, place, new, f"{dotted(place)}: {value} is written {new} now")


def mapping(part: dict[str, Any], name: str) -> dict[str, Any]:
    found = part.get(name)
    return found if isinstance(found, dict) else {}


class DeprecatedValue:
    name = "deprecated_value"
    label = "old spellings"
    position = 100

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        found = old_spellings(draft)
        if not found or answer.get("confirm") is False:
            return None
        sentences = "; ".join(each.sentence for each in found[:20])
        confirm = InputField(
            "confirm", "Use the new spelling", "boolean", default=True, hint=sentences
        )
        return Question(f"The configuration uses old spellings: {sentences}.", (confirm,))

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        if not answer["confirm"]:
            refused = {fault.path for fault in faults(draft.document, draft.program.schema)}
            for each in old_spellings(draft):
                if each.path in refused:
                    raise InputInvalid(
                        f"{draft.program.title} no longer knows it: {each.sentence}.", "confirm"
                    )
        return answer

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        if not answer["confirm"]:
            return draft
        for each in old_spellings(draft):
            if each.path == each.to:
                draft = draft.with_value(each.path, each.value)
                continue
            is_new = not is_set(draft.values, each.to)
            draft = draft.without([each.path])
            draft = draft.with_value(each.to, each.value) if is_new else draft
        return draft

    def remarks(self, draft: RunDraft) -> list[str]:
        return [f"{each.sentence}." for each in old_spellings(draft)]


def is_set(values: Any, path: Path) -> bool:
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True
