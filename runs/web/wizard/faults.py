"""All that keeps a draft from being confirmed, by the field that has to be changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from runs.contract.layout import check_name
from runs.creation.checks.mendable import require_mendable
from runs.creation.draft import first_draft
from runs.creation.made_from import find_program, find_project
from runs.creation.project_templates import TemplateQuestion
from runs.creation.template_values import answer
from runs.creation.wishes import WISHES, RunWish
from runs.errors import ConfigurationInvalid, InvalidInput, NotFound, Problem
from runs.lifecycle.places import status_root
from runs.lifecycle.services import check_program, template_text
from runs.models import CreationSession, Program, Project

from .drafts import Draft

Faults = dict[str, str]
# Sentences for what pydantic finds; its own would speak of types and strings.
WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda limits: "Fill this in.",
    "too_short": lambda limits: "Fill this in.",
    "string_too_short": lambda limits: "Fill this in.",
    "string_too_long": lambda limits: f"At most {limits['max_length']:,} characters.",
    "int_parsing": lambda limits: "A whole number.",
    "value_error": lambda limits: f"It {limits['error']}.",
    "int_parsing_size": lambda limits: "This number is too large.",
    "greater_than_equal": lambda limits: f"Not less than {limits['ge']:,}.",
    "less_than_equal": lambda limits: f"Not more than {limits['le']:,}.",
    "literal_error": lambda limits: f"One of {limits['expected']}.",
    "extra_forbidden": lambda limits: "There is no such field.",
}

EMPTY = ("missing", "too_short", "string_too_short")
# What stands to be chosen from, and not to be typed.
CHOSEN = ("template", "program")


def faults_of(draft: Draft) -> Faults:
    """{field: sentence}; empty where it can be confirmed as far as anybody can tell."""
    faults = shape_faults(draft)
    look = run_faults if draft.session.kind == CreationSession.Kind.RUN else project_faults
    for field, sentence in look(draft).items():
        faults.setdefault(field, sentence)
    return faults


def shape_faults(draft: Draft) -> Faults:
    try:
        WISHES[draft.session.kind].model_validate(draft.inputs)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return {".".join(map(str, each["loc"])): sentence(each) for each in reversed(found)}
    return {}


def sentence(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind.startswith("date"):
        return "A day such as 2026-11-21."
    if kind in EMPTY and error["loc"][-1] in CHOSEN:
        return "Choose one."
    words = WORDS.get(kind)
    return words(error.get("ctx", {})) if words else f"{error['msg']}."


def run_faults(draft: Draft) -> Faults:
    faults: Faults = {}
    if draft.text("project"):
        complain(faults, "project", lambda: find_project(draft.owner, draft.text("project")))
    if draft.text("program"):
        complain(faults, "program", lambda: check_made_from(draft))
    if draft.text("label"):
        complain(faults, "label", lambda: check_name(draft.text("label"), "name"))
    if draft.program and "program" not in faults:
        complain(faults, "overrides", lambda: check_values(draft))
    template = draft.project_template
    if template:
        faults |= question_faults(draft, template.run_readme, "readme_extra", {})
    return faults


def check_made_from(draft: Draft) -> Program:
    """Raises NotFound, ProgramUnusable."""
    program = find_program(draft.text("program"))
    check_program(program)
    template_text(program, draft.text("template"))
    return program


def check_values(draft: Draft) -> None:
    """Raises InvalidInput for values that no answer to a check could mend."""
    assert draft.program is not None
    wish = RunWish(
        project="any",
        program=draft.program.slug,
        template=draft.text("template"),
        label="any",
        overrides=draft.texts("overrides"),
    )
    try:
        made = first_draft(draft.session, wish, Project(slug="any"), draft.program)
        require_mendable(made)
    except ConfigurationInvalid as error:
        places = ", ".join(problem.path or problem.message for problem in error.problems[:5])
        raise InvalidInput(f"To be changed before this can be made: {places}.") from error


def project_faults(draft: Draft) -> Faults:
    faults: Faults = {}
    if draft.slug or draft.text("title"):
        complain(faults, "slug", lambda: check_slug(draft.slug))
    template = draft.project_template
    if template is None:
        return {**faults, "template": "This template is gone. Choose another."}
    faults |= question_faults(draft, template.questions, "variables", draft.known)
    return faults | question_faults(draft, template.readme, "readme_extra", draft.known)


def check_slug(slug: str) -> None:
    """Raises InvalidInput: also where the name is in use, which another name mends."""
    check_name(slug, "name")
    if Project.objects.filter(slug=slug).exists() or (status_root() / slug).exists():
        raise InvalidInput(f"There is a project {slug} already. Choose another name.", "slug")


def question_faults(
    draft: Draft, questions: Sequence[TemplateQuestion], section: str, known: Mapping[str, Any]
) -> Faults:
    problems: list[Problem] = []
    answer(questions, draft.texts(section), section, dict(known), problems)
    return {
        problem.path: f"{problem.message[:1].upper()}{problem.message[1:].rstrip('.')}."
        for problem in problems
    }


def complain(faults: Faults, field: str, check: Callable[[], Any]) -> None:
    try:
        check()
    except (InvalidInput, NotFound) as error:
        faults[field] = error.message
