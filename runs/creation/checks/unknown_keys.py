"""Keys that the schema does not have: most often a slip of the pen."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.places import Path, dotted
from runs.creation.draft import RunDraft

from .question import InputField, Option, Question

# Looking for what each of thousands may have meant takes minutes.
MOST_COMPARED = 50
# Beside these, a schema may allow keys in places that nobody but a validator finds.
COMPOSED = ("allOf", "anyOf", "oneOf", "if", "dependentSchemas", "unevaluatedProperties")


@dataclass(frozen=True)
class Stranger:
    """`nearest` is a known name that is not taken, or empty; `may_stay` as the schema has it."""

    path: Path
    value: Any
    may_stay: bool
    known: tuple[str, ...]
    nearest: str = ""

    @property
    def renamed(self) -> Path:
        return (*self.path[:-1], self.nearest)


def strangers(draft: RunDraft) -> list[Stranger]:
    """Two that mean the same known name do not both get it."""
    schema = draft.program.schema
    found: list[Stranger] = []
    taken: set[Path] = set()
    for number, each in enumerate(_strangers(schema, draft.values, (), schema)):
        free = [name for name in each.known if (*each.path[:-1], name) not in taken]
        near = difflib.get_close_matches(each.path[-1][:200], free, n=1)
        if near and number < MOST_COMPARED:
            each = replace(each, nearest=near[0])
            taken.add(each.renamed)
        found.append(each)
    return found


def _strangers(
    part: dict[str, Any], values: dict[str, Any], path: Path, schema: dict[str, Any]
) -> Iterator[Stranger]:
    known = properties_of(part)
    free = tuple(name for name in known if name not in values)
    for key, value in values.items():
        if key in known:
            inner = resolved(known[key], schema)
            if isinstance(value, dict):
                yield from _strangers(inner, value, (*path, key), schema)
        elif not is_allowed(key, part):
            stays = part.get("additionalProperties") is not False
            yield Stranger((*path, key), value, stays, free)


def is_allowed(key: str, part: dict[str, Any]) -> bool:
    """Whether the schema has a word for it, be it only "whatever else"."""
    if any(re.search(pattern, key) for pattern in part.get("patternProperties", {})):
        return True
    if part.get("additionalProperties") is False:
        return False
    if "additionalProperties" in part or not properties_of(part):
        return True
    return any(word in part for word in COMPOSED)


class UnknownKeys:
    name = "unknown_keys"
    label = "unknown keys"
    position = 200

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        found = strangers(draft)
        if not found or answer.get("decision") == "keep":
            return None
        names = ", ".join(sentence(each) for each in found[:20])
        more = f" and {len(found) - 20} more" if len(found) > 20 else ""
        return Question(
            f"{draft.program.title} does not know {names}{more}.",
            (InputField("decision", "What to do", "choice", options=options(found)),),
        )

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        return answer

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        found = strangers(draft)
        if answer["decision"] == "keep":
            return draft
        if answer["decision"] == "drop":
            return draft.without([each.path for each in found])
        draft = draft.without([each.path for each in found if each.nearest or not each.may_stay])
        for each in found:
            if each.nearest:
                draft = draft.with_value(each.renamed, each.value)
        return draft

    def remarks(self, draft: RunDraft) -> list[str]:
        return [
            f"{dotted(each.path)} is not known to {draft.program.title}, and was kept."
            for each in strangers(draft)[:20]
        ]


def sentence(stranger: Stranger) -> str:
    near = f" (did you mean {stranger.nearest}?)" if stranger.nearest else ""
    return f"{dotted(stranger.path)[:200]}{near}"


def options(found: list[Stranger]) -> tuple[Option, ...]:
    """`rename` where there is something to rename to, `keep` where the schema allows it."""
    near = [each for each in found if each.nearest]
    offered = []
    if near:
        pairs = ", ".join(f"{dotted(each.path)} to {each.nearest}" for each in near[:10])
        lost = sum(not each.may_stay for each in found if not each.nearest)
        offered.append(Option("rename", f"Rename {pairs}{f', drop {lost} more' if lost else ''}"))
    offered.append(Option("drop", "Drop" if len(found) == 1 else f"Drop all {len(found)}"))
    if all(each.may_stay for each in found):
        offered.append(Option("keep", "Keep as written"))
    return tuple(offered)
