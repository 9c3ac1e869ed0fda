"""What a wish is made from: the project, the program, the template; and whether it may be."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from runs.access import visible
from runs.contract.layout import DEFAULT_GROUP, JobPath, check_name
from runs.errors import InvalidInput, PlaceTaken, ProgramNotFound, ProjectNotFound
from runs.lifecycle.places import require_disk_space, status_root
from runs.lifecycle.services import check_program
from runs.models import CreationSession, Program, Project

from .draft import RunDraft, first_draft
from .project_templates import ProjectTemplate, check_values, project_template
from .wishes import ProjectWish, RunWish


@dataclass(frozen=True)
class ReadyProject:
    slug: str
    template: ProjectTemplate
    values: dict[str, Any]


def ready_project(owner: Any, wish: ProjectWish) -> ReadyProject:
    """Raises InvalidInput, TemplateNotFound, PlaceTaken where the name exists."""
    slug = slug_of(wish)
    template = project_template(wish.template)
    values = check_values(template, wish.variables, wish.readme_extra)
    if Project.objects.filter(slug=slug).exists() or (status_root() / slug).exists():
        raise PlaceTaken(f"There is a project {slug} already. Choose another name.")
    require_disk_space()
    return ReadyProject(slug, template, values)


def slug_of(wish: ProjectWish) -> str:
    """Its directory and address. Raises NameInvalid."""
    return check_name(wish.slug or slugify(wish.title), "slug")


def ready_run(session: CreationSession, wish: RunWish) -> RunDraft:
    """Raises NotFound, InvalidInput, ConfigurationInvalid, DiskSpaceInsufficient."""
    check_name(wish.label, "label")
    project = find_project(session.owner, wish.project)
    program = find_program(wish.program)
    check_program(program)
    draft = first_draft(session, wish, project, program)
    require_disk_space()
    return draft


def find_project(owner: Any, slug: str) -> Project:
    projects: QuerySet[Project] = visible(owner, Project.objects.filter(slug=slug))
    project = projects.first()
    if project is None:
        raise ProjectNotFound(f"There is no project {slug[:200]}.")
    return project


def find_program(slug: str) -> Program:
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        raise ProgramNotFound(f"There is no program {slug[:200]}.")
    return program


def run_path(session: CreationSession, wish: RunWish) -> JobPath:
    """Where the run will be: its id is reserved with the session."""
    if not session.target:
        raise InvalidInput("This session has not been confirmed.", "session")
    return JobPath(wish.project, DEFAULT_GROUP, wish.label, session.target)
