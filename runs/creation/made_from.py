"""What a wish is made from: the project, the program, the template; and whether it may be."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from runs.access import visible
from runs.contract.layout import DEFAULT_GROUP, JobPath, check_name
from runs.errors import PlaceTaken, ProgramNotFound, ProjectNotFound, TemplateNotFound
from runs.lifecycle.places import require_disk_space, status_root
from runs.lifecycle.services import check_program
from runs.models import CreationSession, Program, Project

from .checks.mendable import require_mendable
from .draft import RunDraft, first_draft
from .project_templates import ProjectTemplate, project_template
from .template_values import read_readme, read_values
from .wishes import ProjectWish, RunWish, read_wish


@dataclass(frozen=True)
class ReadyProject:
    """`values` are what its template is rendered with."""

    slug: str
    template: ProjectTemplate
    values: dict[str, Any]


def ready_project(owner: Any, wish: ProjectWish) -> ReadyProject:
    """Raises InvalidInput, TemplateNotFound, PlaceTaken where the name exists."""
    slug = slug_of(wish)
    template = project_template(wish.template)
    known = {
        "title": wish.title,
        "slug": slug,
        "operator": wish.operator,
        "objective": wish.objective,
    }
    values = read_values(template, wish.variables, wish.readme_extra, known)
    if Project.objects.filter(slug=slug).exists() or (status_root() / slug).exists():
        raise PlaceTaken(f"There is a project {slug} already. Choose another name.")
    require_disk_space()
    return ReadyProject(slug, template, values)


def slug_of(wish: ProjectWish) -> str:
    """Its directory and address. Raises NameInvalid."""
    return check_name(wish.slug or slugify(wish.title), "slug")


def template_of(name: str) -> ProjectTemplate:
    """The template a project was made with; the plain one where that is no more."""
    try:
        return project_template(name)
    except TemplateNotFound:
        return project_template("")


def ready_run(session: CreationSession, wish: RunWish) -> RunDraft:
    """The draft before any check. Raises NotFound, InvalidInput, DiskSpaceInsufficient, and
    ConfigurationInvalid for what no answer could mend."""
    check_name(wish.label, "label")
    project = find_project(session.owner, wish.project)
    program = find_program(wish.program)
    check_program(program)
    read_readme(template_of(project.template).run_readme, wish.readme_extra)
    draft = first_draft(session, wish, project, program)
    require_mendable(draft)
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


def place_of(session: CreationSession) -> Path:
    """The directory of what a session makes."""
    root = Path(session.root or status_root())
    wish = read_wish(session.kind, session.inputs)
    if isinstance(wish, ProjectWish):
        return root / slug_of(wish)
    return JobPath(wish.project, DEFAULT_GROUP, wish.label, session.target).under(root)
