"""Checks a configuration against its program's JSON Schema, Draft 2020-12.

The schema has passed `check_schema` before.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from runs.configuration.conversion import convert_sections
from runs.configuration.document import Document
from runs.configuration.fields import Field, Section, fields
from runs.configuration.places import Path, dotted
from runs.configuration.schema_check import check_schema
from runs.configuration.sentences import explain, missing_keys, unknown_keys
from runs.errors import Problem

__all__ = ["Field", "Section", "check_schema", "fields", "typed_values", "validate"]

PROBLEMS_MAX = 200


def validate(document: Document, schema: dict[str, Any]) -> list[Problem]:
    """Up to 200 faults, by line; a missing key has its section's, a missing section none."""
    typed, unconverted = _typed(document, schema)
    problems = [_with_line(problem, document) for problem in unconverted]
    failed = {(problem.section, problem.key) for problem in problems}
    # Without a registry of its own, jsonschema would fetch references from the network.
    validator = Draft202012Validator(schema, registry=Registry())
    found = (each for error in validator.iter_errors(typed) for each in _problems(error, document))
    # Of thousands of unknown keys, finding what each may have meant takes minutes.
    for problem in islice(found, PROBLEMS_MAX):
        if (problem.section, problem.key) not in failed:
            problems.append(problem)
    return sorted(problems, key=lambda problem: problem.line or 0)


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


def _problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    path: Path = tuple(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        for key, message in unknown_keys(error):
            yield _problem((*path, key), message, document)
    elif error.validator == "required":
        for key, message in missing_keys(error):
            yield _problem((*path, key), message, document)
    else:
        yield _problem(path, explain(error), document)


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
