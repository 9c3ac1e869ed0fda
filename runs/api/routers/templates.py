"""Starting configurations, and whether a configuration could be launched."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from runs.api.authentication import needs
from runs.api.paging import Paging, listed_answer
from runs.api.schemas.base import ErrorAnswer, PageOf
from runs.api.schemas.run import Name
from runs.api.schemas.template import TemplateItem, TemplateOut, ToValidate, Verdict
from runs.configuration.templates import Template
from runs.errors import (
    ConfigurationInvalid,
    InvalidInput,
    ProgramUnusable,
    TemplateNotFound,
)
from runs.lifecycle.places import catalogue
from runs.lifecycle.services import RunRequest, check_program, effective_configuration
from runs.models import Program, Project
from runs.models.token import Scope

from .loading import load_program

router = Router(tags=["templates"], auth=needs(Scope.READ))


class ProgramQuery(Schema):
    program: Name = ""


class TemplateQuery(ProgramQuery, Paging):
    pass


@router.get("", response={200: PageOf[TemplateItem], 404: ErrorAnswer}, summary="List templates")
def list_templates(request: HttpRequest, query: Query[TemplateQuery]) -> dict[str, Any]:
    """Of one program, or of all."""
    found = templates_of(programs_asked(query.program))
    return listed_answer(found, key_of, query, lambda template: template)


def programs_asked(slug: str) -> list[Program]:
    return [load_program(slug)] if slug else list(Program.objects.only("slug"))


def templates_of(programs: list[Program]) -> list[Template]:
    return [each for program in programs for each in catalogue().templates(program.slug)]


def key_of(template: Template) -> str:
    return f"{template.program}/{template.name}"


@router.post(
    "/validate",
    response={200: Verdict, 404: ErrorAnswer},
    summary="Check a configuration without launching it",
)
def validate_configuration(request: HttpRequest, body: ToValidate) -> dict[str, Any]:
    """Every fault at once, each with its place and line."""
    program = load_program(body.program)
    if body.config is None and not body.template:
        raise InvalidInput("Send a config, or name a template.", "config")
    errors = faults_of(program, body)
    return {"valid": not errors, "errors": errors, "warnings": warnings_of(program, body)}


def faults_of(program: Program, body: ToValidate) -> list[dict[str, Any]]:
    """Raises TemplateNotFound."""
    wanted = RunRequest(
        program=program,
        project=Project(),
        name="",
        template=body.template or "",
        config_text=body.config,
        overrides=body.overrides,
    )
    try:
        effective_configuration(wanted)
    except ConfigurationInvalid as error:
        return [fault(problem.path, problem.message, problem.line) for problem in error.problems]
    except InvalidInput as error:
        return [fault(error.field or "", error.message)]
    return []


def warnings_of(program: Program, body: ToValidate) -> list[dict[str, Any]]:
    found = []
    try:
        check_program(program)
    except ProgramUnusable as error:
        found.append(fault("program", error.message))
    if body.template and body.config is not None:
        found.append(fault("template", "The config is used, and the template only compared with."))
    return found


def fault(path: str, message: str, line: int | None = None) -> dict[str, Any]:
    return {"path": path, "message": message, "line": line}


@router.get("/{path:name}", response=TemplateOut, summary="A template with its text")
def get_template(request: HttpRequest, name: str, query: Query[ProgramQuery]) -> dict[str, Any]:
    """The name may hold slashes. Without a program it must be only one's."""
    found = [each for each in templates_of(programs_asked(query.program)) if each.name == name]
    if not found:
        raise TemplateNotFound("There is no such template.")
    if len(found) > 1:
        programs = ", ".join(template.program for template in found)
        raise InvalidInput(f"Say of which program; there is one of {programs}.", "program")
    return {**vars(found[0]), "text": catalogue().read(found[0])}
