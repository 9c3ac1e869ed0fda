"""Who may what, for pages, API and sockets alike; `docs/access.md` has the same as a table.

A member sees what belongs to an open project or to one that names them, and acts on their own
runs. Managers act on all of their projects. Staff see and do everything; reviews and what is
the admin site's are theirs alone. Nobody anonymous sees anything.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from runs.errors import NotAllowed, NotFound
from runs.models import Job, Project, Run

Row = TypeVar("Row", bound=Model)

# Asked many times while one request lasts; who asks again does so with another user object.
HIDDEN = "_hidden_projects"
MANAGED = "_managed_projects"


@dataclass(frozen=True)
class HiddenProjects:
    """The closed projects that do not name the person."""

    ids: frozenset[int]
    slugs: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.ids)


NONE_HIDDEN = HiddenProjects(frozenset(), frozenset())


def is_staff(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)


def hidden_projects(user: Any) -> HiddenProjects:
    """Usually none, so that lists need no condition more than they have."""
    known: HiddenProjects | None = getattr(user, HIDDEN, None)
    if known is None:
        known = NONE_HIDDEN if is_staff(user) else find_hidden(user)
        setattr(user, HIDDEN, known)
    return known


def find_hidden(user: Any) -> HiddenProjects:
    closed = Project.objects.filter(is_open=False)
    if user.is_active and user.pk:
        named = Project.objects.filter(Q(members=user.pk) | Q(managers=user.pk)).values("pk")
        closed = closed.exclude(pk__in=named)
    found = dict(closed.order_by().values_list("pk", "slug"))
    return HiddenProjects(frozenset(found), frozenset(found.values()))


def visible(user: Any, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that the person may see.

    For runs, projects, and everything whose `project` is a slug; what belongs to no project
    (null) is for all.
    """
    hidden = hidden_projects(user)
    if not hidden:
        return rows
    if rows.model is Project:
        return rows.exclude(pk__in=hidden.ids)
    keys = hidden.ids if rows.model is Run else hidden.slugs
    return rows.exclude(project__in=keys)


def slug_of(thing: Any) -> str | None:
    """The slug of the project a thing belongs to; None where it belongs to none."""
    if isinstance(thing, Project):
        return thing.slug
    project = thing.project
    return project.slug if isinstance(project, Project) else project


def may_see(user: Any, thing: Any) -> bool:
    return bool(user.is_active) and slug_of(thing) not in hidden_projects(user).slugs


def require_see(user: Any, thing: Any, missing: type[NotFound] = NotFound) -> None:
    """Raises `missing`: what somebody may not see does not exist for them."""
    if not may_see(user, thing):
        raise missing("There is no such thing, or it may have been deleted.")


def managed_projects(user: Any) -> frozenset[str]:
    """Slugs of the projects whose manager the person is; staff manage all without being named."""
    known: frozenset[str] | None = getattr(user, MANAGED, None)
    if known is None:
        mine = Project.objects.filter(managers=user.pk) if user.pk else Project.objects.none()
        known = frozenset(mine.order_by().values_list("slug", flat=True))
        setattr(user, MANAGED, known)
    return known


def may_manage(user: Any, thing: Any) -> bool:
    """Staff, and the managers of the project it is or belongs to."""
    return is_staff(user) or bool(user.is_active and slug_of(thing) in managed_projects(user))


def require_manage(user: Any, thing: Any, sentence: str) -> None:
    """Raises NotAllowed with that sentence."""
    if not may_manage(user, thing):
        raise NotAllowed(sentence)


def may_act_on(user: Any, thing: Run | Job) -> bool:
    """Its owner where it was launched here, the managers of its project, staff."""
    owns = isinstance(thing, Run) and thing.owner_id == user.pk
    return bool(user.is_active and (owns or may_manage(user, thing)) and may_see(user, thing))


def require_act_on(user: Any, run: Run) -> None:
    """Raises NotAllowed with a sentence for the person."""
    if not may_act_on(user, run):
        raise NotAllowed(
            f"This run belongs to {run.owner}. "
            "Only its owner, the managers of its project and staff may do that."
        )


def require_staff(user: Any, sentence: str) -> None:
    """Raises NotAllowed with that sentence but for staff."""
    if not is_staff(user):
        raise NotAllowed(sentence)
