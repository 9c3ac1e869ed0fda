"""Who is named in a project, and who sees it. Each change is one transaction with its event."""

from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from runs.access import require_manage
from runs.errors import InvalidInput
from runs.events import record_event
from runs.models import Project

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 100_000
ONLY_MANAGERS = "Only the managers of a project and staff may change who sees it."
MEMBERS_CHANGED = "project.members"
OPENED = "project.opened"
CLOSED = "project.closed"


class Role(StrEnum):
    """What somebody is in a project; `NONE` sees it only while it is open."""

    NONE = "none"
    MEMBER = "member"
    MANAGER = "manager"


def people_of(project: Project) -> dict[str, Role]:
    """Everybody named, by username in the order of the alphabet; who is both is a manager."""
    found = dict.fromkeys(project.members.values_list("username", flat=True), Role.MEMBER)
    found |= dict.fromkeys(project.managers.values_list("username", flat=True), Role.MANAGER)
    return dict(sorted(found.items()))


def give_role(*, actor: Any, project: Project, username: str, role: str) -> bool:
    """Name somebody a member or manager, or no longer; False where they were that already.

    Raises NotAllowed, InvalidInput (username, role).
    """
    require_manage(actor, project, ONLY_MANAGERS)
    if role not in list(Role):
        raise InvalidInput("Somebody is a member, a manager or none of both.", "role")
    user = get_user_model().objects.filter(username=username.strip(), is_active=True).first()
    if user is None and role == Role.NONE:
        # who has left is no longer active, and can still be taken out
        user = get_user_model().objects.filter(username=username.strip()).first()
    if user is None:
        raise InvalidInput(f"There is no user “{username.strip()[:150]}”.", "username")
    with transaction.atomic():
        if people_of(project).get(user.get_username(), Role.NONE) == role:
            return False
        set_role(project, user, Role(role))
        tell_of_role(project, user.get_username(), Role(role), actor)
    return True


def set_role(project: Project, user: User, role: Role) -> None:
    for named, of_role in ((project.members, Role.MEMBER), (project.managers, Role.MANAGER)):
        if role == of_role:
            named.add(user)
        else:
            named.remove(user)


def tell_of_role(project: Project, username: str, role: Role, actor: Any) -> None:
    tell(MEMBERS_CHANGED, project, actor, username=username, role=str(role))


def tell_of_difference(project: Project, before: dict[str, Role], actor: Any) -> None:
    """An event for everybody whose role is another than `before`. Part of a transaction."""
    now = people_of(project)
    for username in sorted(before.keys() | now.keys()):
        role = now.get(username, Role.NONE)
        if before.get(username, Role.NONE) != role:
            tell_of_role(project, username, role, actor)


def describe_project(
    *, actor: Any, project: Project, title: str, description: str, is_open: bool
) -> None:
    """Raises NotAllowed, InvalidInput (title, description)."""
    require_manage(actor, project, ONLY_MANAGERS)
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(f"A title has at most {LONGEST_TITLE} characters.", "title")
    if len(description) > LONGEST_DESCRIPTION:
        limit = f"{LONGEST_DESCRIPTION:,}"
        raise InvalidInput(f"A description has at most {limit} characters.", "description")
    with transaction.atomic():
        # the row as it is now: two who change it at once must each be told of rightly
        row = Project.objects.select_for_update().get(pk=project.pk)
        words, opened = (row.title, row.description), row.is_open
        row.title, row.description, row.is_open = title.strip(), description.strip(), is_open
        row.save(update_fields=["title", "description", "is_open"])
        if words != (row.title, row.description):
            tell("project.described", row, actor, title=row.title)
        if opened != is_open:
            opened_or_closed(row, actor)
    project.refresh_from_db()


def opened_or_closed(project: Project, actor: Any) -> None:
    """Tell of it. Who has runs in a project that closes stays in sight of them, as a member."""
    if project.is_open:
        tell(OPENED, project, actor)
        return
    before = people_of(project)
    owners = get_user_model().objects.filter(runs__project=project, is_active=True)
    named = project.managers.values("pk")
    project.members.add(*owners.exclude(pk__in=named).distinct())
    tell(CLOSED, project, actor)
    tell_of_difference(project, before, actor)


def tell(kind: str, project: Project, actor: Any, **more: str) -> None:
    record_event(
        topic="accounts",
        kind=kind,
        subject=f"project:{project.pk}",
        payload={"project": project.slug, **more},
        actor=actor,
        project=project.slug,
    )
