"""Checks a configuration against its program's JSON Schema, Draft 2020-12.

The schema has passed `check_schema` before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from runs.configuration.conversion import convert_sections
from runs.configuration.document import Document
from runs.configuration.fields import Field, Section, fields
from runs.configuration.places import Path, dotted
from runs.configuration.schema_check import check_schema
from runs.configuration.sentences import explain, missing_keys, unknown_keys
from runs.errors import Problem

__all__ = [
    "Fault",
    "Field",
    "Section",
    "check_schema",
    "faults",
    "fields",
    "typed_values",
    "validate",
]

PROBLEMS_MAX = 200


@dataclass(frozen=True)
class Fault:
    """A problem, what kind it is of, and the path of the value it is about."""

    kind: Literal["unknown", "missing", "value"]
    path: Path
    problem: Problem


def validate(document: Document, schema: dict[str, Any]) -> list[Problem]:
    """Up to 200 faults, by line; a missing key has its section's, a missing section none."""
    problems = [fault.problem for fault in faults(document, schema)]
    return sorted(problems, key=lambda problem: problem.line or 0)


def faults(document: Document, schema: dict[str, Any]) -> list[Fault]:
    """The same with their paths, in no order."""
    typed, unconverted = _typed(document, schema)
    found = [
        Fault("value", (problem.section, problem.key), _with_line(problem, document))
        for problem in unconverted
    ]
    failed = {(fault.problem.section, fault.problem.key) for fault in found}
    # Without a registry of its own, jsonschema would fetch references from the network.
    validator = Draft202012Validator(schema, registry=Registry())
    more = (each for error in validator.iter_errors(typed) for each in _faults(error, document))
    # Of thousands of unknown keys, finding what each may have meant takes minutes.
    for fault in islice(more, PROBLEMS_MAX):
        if (fault.problem.section, fault.problem.key) not in failed:
            found.append(fault)
    return found


def typed_values(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """The values as the schema types them; what does not convert stays text."""
    return _typed(document, schema)[0]


def _typed(document: Document, schema: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    if document.format != "ini":
        return document.values, []
    return convert_sections(document.values, schema)


def _with_line(problem: Problem, document: Document) -> Problem:
    line = document.line_of((problem.section, problem.key))
    return Problem(problem.message, problem.section, problem.key, line)


def _faults(error: ValidationError, document: Document) -> Iterator[Fault]:
    path: Path = tuple(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        for key, message in unknown_keys(error):
            place = (*path, key)
            yield Fault("unknown", place, _problem(place, message, document))
    elif error.validator == "required":
        for key, message in missing_keys(error):
            place = (*path, key)
            yield Fault("missing", place, _problem(place, message, document))
    else:
        yield Fault("value", path, _problem(path, explain(error), document))


def _problem(path: Path, message: str, document: Document) -> Problem:
    line = _nearest_line(path, document)
    is_section = len(path) == 1 and _is_section(path[0], message, document)
    if len(path) == 1 and not is_section:
        return Problem(message, key=path[0], line=line)
    return Problem(message, path[0] if path else "", dotted(path[1:]), line)


def _is_section(name: str, message: str, document: Document) -> bool:
    return isinstance(document.values.get(name), dict) or message.startswith("missing section")


def _nearest_line(path: Path, document: Document) -> int | None:
    """Of the key itself, or of what it is missing in; the top has no line."""
    for length in range(len(path), 0, -1):
        line = document.line_of(path[:length])
        if line is not None:
            return line
    return None
