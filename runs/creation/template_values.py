"""The answers to a project template's questions, each of its type."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML, YAMLError

from runs.errors import ConfigurationInvalid, Problem

from .project_templates import ProjectTemplate, TemplateQuestion
from .rendering import render_text

LONGEST_TEXT = 100_000
WORDS = {"true": True, "on": True, "yes": True, "1": True,
         "false": False, "off": False, "no": False, "0": False}  # fmt: skip


def read_values(
    template: ProjectTemplate,
    variables: Mapping[str, Any],
    readme_extra: Mapping[str, str],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """The value of each question and README field, beside what is `known` of the project.

    Raises ConfigurationInvalid with every fault.
    """
    problems = unknown(template.questions, variables)
    values = answer(template.questions, variables, "variables", dict(known), problems)
    values = answer(template.readme, readme_extra, "readme_extra", values, problems)
    if problems:
        raise ConfigurationInvalid(problems)
    return {**readme_extra, **values}


def read_readme(
    fields: Sequence[TemplateQuestion], readme_extra: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of a run's README: those declared, and whatever else was given."""
    problems: list[Problem] = []
    values = answer(fields, readme_extra, "readme_extra", {}, problems)
    if problems:
        raise ConfigurationInvalid(problems)
    return {**readme_extra, **values}


def unknown(questions: Sequence[TemplateQuestion], given: Mapping[str, Any]) -> list[Problem]:
    names = {question.name for question in questions}
    return [
        Problem("is not asked by this template", "variables", name[:200])
        for name in given
        if name not in names
    ]


def answer(
    questions: Sequence[TemplateQuestion],
    given: Mapping[str, Any],
    section: str,
    values: dict[str, Any],
    problems: list[Problem],
) -> dict[str, Any]:
    """`values` with one more for each question, in their order: one may depend on those before."""
    values = dict(values)
    for question in questions:
        try:
            values[question.name] = value_of(question, given.get(question.name), values)
        except ValueError as error:
            problems.append(Problem(str(error), section, question.name))
            values[question.name] = None
    return values


def value_of(question: TemplateQuestion, given: Any, before: dict[str, Any]) -> Any:
    """Raises ValueError with a sentence."""
    if not is_asked(question, before) or given is None or given == "":
        value = default_of(question, before)
        if is_asked(question, before) and question.required and value in (None, ""):
            raise ValueError("is needed")
        return value
    value = converted(question, given)
    if question.choices and str(value) not in question.choices:
        raise ValueError(f"is one of {', '.join(question.choices)}")
    if question.validator:
        complaint = render_text(question.validator, {**before, question.name: value}).strip()
        if complaint:
            raise ValueError(complaint[:300])
    return value


def is_asked(question: TemplateQuestion, before: dict[str, Any]) -> bool:
    if not question.when:
        return True
    return render_text(question.when, before).strip().lower() not in ("", "false", "0", "none")


def default_of(question: TemplateQuestion, before: dict[str, Any]) -> Any:
    default = question.default
    if isinstance(default, str) and "{" in default:
        default = render_text(default, before)
    if default is None or default == "":
        return "" if question.type in ("str", "path") else None
    return converted(question, default)


def converted(question: TemplateQuestion, given: Any) -> Any:
    return CONVERSIONS[question.type](given)


def to_text(given: Any) -> str:
    if not isinstance(given, str | int | float) or len(str(given)) > LONGEST_TEXT:
        raise ValueError(f"is a text of at most {LONGEST_TEXT:,} characters")
    return str(given)


def to_integer(given: Any) -> int:
    try:
        if isinstance(given, bool) or (isinstance(given, float) and not given.is_integer()):
            raise ValueError
        return int(given)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("is a whole number") from None


def to_number(given: Any) -> float:
    try:
        number = float(given)
    except (ValueError, TypeError, OverflowError):
        number = math.nan
    if isinstance(given, bool) or not math.isfinite(number):
        raise ValueError("is a number")
    return number


def to_bool(given: Any) -> bool:
    found = WORDS.get(str(given).strip().lower())
    if found is None:
        raise ValueError("is yes or no")
    return found


def to_json(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        raise ValueError("is JSON") from None


def to_yaml(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return YAML(typ="safe", pure=True).load(given)
    except (YAMLError, ValueError, RecursionError):
        raise ValueError("is YAML") from None


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "str": to_text,
    "path": to_text,
    "int": to_integer,
    "float": to_number,
    "bool": to_bool,
    "json": to_json,
    "yaml": to_yaml,
}
