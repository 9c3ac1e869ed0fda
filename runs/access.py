"""Who may what, for pages, API and sockets alike; `docs/access.md` has the same as a table.

A member sees what belongs to an open project or to one that names them, and acts on their own
runs. Managers act on all of their projects. Staff see and do everything; reviews and what is
the admin site's are theirs alone. A creation session is its owner's, whatever the project.
Nobody anonymous sees anything.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from runs.errors import NotAllowed, NotFound
from runs.models import Batch, CreationSession, Job, Project, Run

Row = TypeVar("Row", bound=Model)

# Asked many times while one request lasts; who asks again does so with another user object.
SIGHT = "_sight_of_projects"


@dataclass(frozen=True)
class HiddenProjects:
    """The closed projects that do not name the person."""

    ids: frozenset[int]
    slugs: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.ids)

    @property
    def key(self) -> str:
        """For names in a cache: figures of all that somebody sees differ by what they do not."""
        numbers = ",".join(map(str, sorted(self.ids)))
        return sha256(numbers.encode()).hexdigest()[:16] if numbers else "all"


NONE_HIDDEN = HiddenProjects(frozenset(), frozenset())


def is_staff(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)


@dataclass(frozen=True)
class Sight:
    """What projects say of a person: which they do not see, and the slugs of which they manage."""

    hidden: HiddenProjects
    managed: frozenset[str]


def sight_of(user: Any) -> Sight:
    """One small query for each user object."""
    known: Sight | None = getattr(user, SIGHT, None)
    if known is None:
        known = find_sight(user)
        setattr(user, SIGHT, known)
    return known


def find_sight(user: Any) -> Sight:
    """The few projects that are closed, or that the person manages."""
    pk = user.pk if user.is_active else None
    manages = Exists(Project.managers.through.objects.filter(user=pk, project=OuterRef("pk")))
    belongs = Exists(Project.members.through.objects.filter(user=pk, project=OuterRef("pk")))
    found = list(
        Project.objects.filter(Q(is_open=False) | manages)
        .order_by()
        .values_list("pk", "slug", manages, belongs)
    )
    hidden = {pk: slug for pk, slug, managed, belongs in found if not (managed or belongs)}
    return Sight(
        HiddenProjects(frozenset(hidden), frozenset(hidden.values())),
        frozenset(slug for _, slug, managed, _ in found if managed),
    )


def hidden_projects(user: Any) -> HiddenProjects:
    """Usually none, so that lists need no condition more than they have; for staff, always."""
    return NONE_HIDDEN if is_staff(user) else sight_of(user).hidden


def visible(user: Any, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that the person may see.

    For runs, projects, and everything whose `project` is a slug; what belongs to no project
    (null) is for all. Creation sessions are one's own; staff see everybody's.
    """
    if rows.model is CreationSession:
        return rows if is_staff(user) else rows.filter(owner=user.pk)
    hidden = hidden_projects(user)
    if not hidden:
        return rows
    if rows.model is Project:
        return rows.exclude(pk__in=hidden.ids)
    keys = hidden.ids if rows.model in (Run, Batch) else hidden.slugs
    return rows.exclude(project__in=keys)


def slug_of(thing: Any) -> str | None:
    """The slug of the project a thing belongs to; None where it belongs to none."""
    if isinstance(thing, Project):
        return thing.slug
    project = thing.project
    return project.slug if isinstance(project, Project) else project


def may_see(user: Any, thing: Any) -> bool:
    if isinstance(thing, CreationSession):
        return is_staff(user) or bool(user.is_active and thing.owner_id == user.pk)
    hidden = hidden_projects(user)
    if isinstance(thing, Run | Batch):
        return bool(user.is_active) and thing.project_id not in hidden.ids
    return bool(user.is_active) and slug_of(thing) not in hidden.slugs


def require_see(user: Any, thing: Any, missing: type[NotFound] = NotFound) -> None:
    """Raises `missing`: what somebody may not see does not exist for them."""
    if not may_see(user, thing):
        raise missing


def managed_projects(user: Any) -> frozenset[str]:
    """Slugs of the projects whose manager the person is; staff manage all without being named."""
    return sight_of(user).managed


def may_manage(user: Any, thing: Any) -> bool:
    """Staff, and the managers of the project it is or belongs to."""
    return is_staff(user) or bool(user.is_active and slug_of(thing) in managed_projects(user))


def require_manage(user: Any, thing: Any, sentence: str) -> None:
    """Raises NotAllowed with that sentence."""
    if not may_manage(user, thing):
        raise NotAllowed(sentence)


def manages_any(user: Any) -> bool:
    """Whether there is a project the person manages, so that lists offer to act on what is its."""
    return is_staff(user) or bool(user.is_active and managed_projects(user))


def may_act_on(user: Any, thing: Run | Batch | Job) -> bool:
    """Its owner where it was launched here, the managers of its project, staff."""
    owns = isinstance(thing, Run | Batch) and thing.owner_id == user.pk
    return bool(user.is_active and (owns or may_manage(user, thing)) and may_see(user, thing))


def require_act_on(user: Any, thing: Run | Batch) -> None:
    """Raises NotAllowed with a sentence for the person."""
    if not may_act_on(user, thing):
        raise NotAllowed(
            f"This {thing._meta.verbose_name} belongs to {thing.owner}. "
            "Only its owner, the managers of its project and staff may do that."
        )


def require_staff(user: Any, sentence: str) -> None:
    """Raises NotAllowed with that sentence but for staff."""
    if not is_staff(user):
        raise NotAllowed(sentence)
