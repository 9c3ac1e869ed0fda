"""The form that a schema stands for: sections of fields, with the values they have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from runs.configuration.conversion import properties_of, resolved, types_of
from runs.configuration.ini import as_text
from runs.configuration.places import Path

Kind = Literal["integer", "number", "boolean", "choice", "text", "json"]
KINDS: dict[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "string": "text",
}


@dataclass(frozen=True)
class Field:
    """`value` and `default` as the form shows them; `value` is None where none is set."""

    path: str
    name: str
    label: str
    kind: Kind
    value: str | None
    default: str | None
    minimum: float | None
    maximum: float | None
    step: str
    choices: list[str]
    unit: str
    help: str
    required: bool


@dataclass(frozen=True)
class Section:
    """Top-level keys are in a section without a name."""

    name: str
    title: str
    description: str
    fields: list[Field]


def fields(schema: dict[str, Any], values: dict[str, Any]) -> list[Section]:
    """In the schema's order. What the values have beside the schema is no field."""
    sections: list[Section] = []
    plain: list[Field] = []
    for name, part in properties_of(schema).items():
        part = resolved(part, schema)
        if properties_of(part):
            inside = values.get(name)
            found = list(_fields(part, inside if isinstance(inside, dict) else {}, (name,), schema))
            sections.append(Section(name, *_words(name, part), found))
        else:
            plain.append(_field((name,), part, values.get(name), _is_required(name, schema)))
    return [Section("", "General", "", plain), *sections] if plain else sections


def _fields(
    part: dict[str, Any], values: dict[str, Any], path: Path, schema: dict[str, Any]
) -> Iterator[Field]:
    for name, inner in properties_of(part).items():
        inner = resolved(inner, schema)
        value = values.get(name)
        if properties_of(inner):
            inside = value if isinstance(value, dict) else {}
            yield from _fields(inner, inside, (*path, name), schema)
        else:
            yield _field((*path, name), inner, value, _is_required(name, part))


def _is_required(name: str, part: dict[str, Any]) -> bool:
    return name in part.get("required", [])


def _words(name: str, part: dict[str, Any]) -> tuple[str, str]:
    return str(part.get("title") or _spoken(name)), str(part.get("description", ""))


def _spoken(name: str) -> str:
    """`erlang_start` → `Erlang start`"""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _field(path: Path, part: dict[str, Any], value: Any, required: bool) -> Field:
    kind = _kind(part)
    label, help = _words(path[-1], part)
    return Field(
        path=".".join(path),
        name=path[-1],
        label=label,
        kind=kind,
        value=None if value is None else _shown(value, kind),
        default=_shown(part["default"], kind) if "default" in part else None,
        minimum=_limit(part, "minimum", "exclusiveMinimum", 1 if kind == "integer" else 0),
        maximum=_limit(part, "maximum", "exclusiveMaximum", -1 if kind == "integer" else 0),
        step=str(part.get("multipleOf", 1 if kind == "integer" else "any")),
        choices=[as_text(choice) for choice in part.get("enum", [])],
        unit=str(part.get("x-unit", "")),
        help=help,
        required=required,
    )


def _kind(part: dict[str, Any]) -> Kind:
    if "enum" in part:
        return "choice"
    types = [name for name in types_of(part) if name != "null"]
    return KINDS.get(types[0], "json") if len(types) == 1 else "text" if types else "json"


def _shown(value: Any, kind: Kind) -> str:
    text = value if isinstance(value, str) else as_text(value)
    return text.lower() if kind == "boolean" else text


def _limit(part: dict[str, Any], name: str, exclusive: str, step: int) -> float | None:
    """An exclusive limit as the nearest whole number inside; of other numbers, as it is."""
    if exclusive in part:
        return float(part[exclusive]) + step
    return part.get(name)
