"""Projects made on the way: a member types a new name, and the run is in it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from runs.accounts.membership import Role, set_role, tell_of_role
from runs.contract.layout import DEFAULT_PROJECT, check_name
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
    record_event(
        topic="projects",
        kind="project.created",
        subject=f"project:{project.pk}",
        payload={"id": project.pk, "slug": slug},
        actor=manager,
        project=slug,
    )
    set_role(project, manager, Role.MANAGER)
    tell_of_role(project, manager.get_username(), Role.MANAGER, manager)
    return project


def create_run_in_project(*, owner: User, request: RunRequest, **more: Any) -> Run:
    """`create_run` in the project of that slug, made where missing; both or neither.

    Whoever makes a project manages it. `more` goes to `create_run`; raises what it raises.
    """
    with transaction.atomic():
        project = project_of_slug(request.project.slug, owner, more.get("actor") or owner)
        return create_run(owner=owner, request=replace(request, project=project), **more)


def project_of_slug(slug: str, owner: User, actor: User) -> Project:
    """The project, made for `owner` where missing: part of a transaction. Raises NameInvalid."""
    check_name(slug, "project")
    project, is_new = Project.objects.get_or_create(slug=slug)
    if is_new and belongs_to_nobody(slug):
        set_role(project, owner, Role.MANAGER)
        tell_of_role(project, owner.get_username(), Role.MANAGER, actor)
    return project


def belongs_to_nobody(slug: str) -> bool:
    """Not where everybody's runs go that name no project, nor what others have on disk already
    and the index has not met yet."""
    roots = (*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS)
    return slug != DEFAULT_PROJECT and not any((Path(root) / slug).exists() for root in roots)
