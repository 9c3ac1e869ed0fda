"""Projects made on the way: a member types a new name, and the run is in it."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from runs.contract.layout import check_name
from runs.errors import PlaceTaken
from runs.events import record_event
from runs.models import Project, Run

from .services import RunRequest, create_run


def insert_project(slug: str, *, manager: User, **fields: Any) -> Project:
    """A new project with its manager and the event that tells of it: part of a transaction.

    Raises PlaceTaken where there is one of that slug.
    """
    project, created = Project.objects.get_or_create(slug=slug, defaults=fields)
    if not created:
        raise PlaceTaken(f"There is a project {slug} already.")
    project.managers.add(manager)
    record_event(
        topic="projects",
        kind="project.created",
        subject=f"project:{project.pk}",
        payload={"id": project.pk, "slug": slug},
        actor=manager,
        project=slug,
    )
    return project


def create_run_in_project(*, owner: User, request: RunRequest, **more: Any) -> Run:
    """`create_run` in the project of that slug, made where missing; both or neither.

    `more` goes to `create_run`; raises what it raises.
    """
    slug = check_name(request.project.slug, "project")
    with transaction.atomic():
        project, _ = Project.objects.get_or_create(slug=slug)
        return create_run(owner=owner, request=replace(request, project=project), **more)
