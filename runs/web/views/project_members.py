"""Who sees a project and who manages it, what it is called; for its managers and staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from runs.access import may_manage, may_see, require_manage
from runs.accounts.membership import (
    ONLY_MANAGERS,
    Role,
    describe_project,
    give_role,
    people_of,
)
from runs.errors import InvalidInput
from runs.models import Project
from runs.web.views.loading import get_project

# More would be typed by heart, not chosen from a list.
NAMES_OFFERED = 500


@dataclass(frozen=True)
class Person:
    """Somebody named; `runs` is how many of the project's are theirs."""

    username: str
    role: Role
    runs: int


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def project_members(request: HttpRequest, slug: str) -> HttpResponse:
    """Posted is an `action`. Raises ProjectNotFound, NotAllowed."""
    project = get_project(request, slug)
    require_manage(request.user, project, ONLY_MANAGERS)
    if request.method != "POST":
        return page(request, project)
    try:
        act(request, project)
    except InvalidInput as error:
        # what was typed stays, and so does what is saved
        return page(request, project, error)
    return redirect(place_after(request, project))


def act(request: HttpRequest, project: Project) -> None:
    """Raises InvalidInput."""
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise InvalidInput(f"There is no action “{action[:100]}”.", "action")
    messages.success(request, ACTIONS[action](request, project))


def describe(request: HttpRequest, project: Project) -> str:
    sent = request.POST
    was_open = project.is_open
    describe_project(
        actor=request.user,
        project=project,
        title=sent.get("title", ""),
        description=sent.get("description", ""),
        is_open=bool(sent.get("is_open")),
    )
    if was_open == project.is_open:
        return "Saved."
    if project.is_open:
        return f"{project} is open: every member of the lab sees it."
    return f"{project} is closed: only the people named here and staff see it."


def name(request: HttpRequest, project: Project) -> str:
    username, role = request.POST.get("username", "").strip(), request.POST.get("role", "")
    changed = give_role(actor=request.user, project=project, username=username, role=role)
    if role == Role.NONE:
        return f"{username} is no longer named in {project}."
    return f"{username} is {'now' if changed else 'already'} a {role} of {project}."


ACTIONS: dict[str, Callable[[HttpRequest, Project], str]] = {"describe": describe, "name": name}


def place_after(request: HttpRequest, project: Project) -> str:
    """Who has just taken themselves out sees what is left to them."""
    username = request.user.get_username()
    # as the database says now: the request's user still knows what was
    user = get_user_model().objects.get(username=username)
    if not may_see(user, project):
        return reverse("project_list")
    name = "project_members" if may_manage(user, project) else "project"
    return reverse(name, args=[project.slug])


def page(request: HttpRequest, project: Project, fault: InvalidInput | None = None) -> HttpResponse:
    users = get_user_model().objects.filter(is_active=True).order_by("username")
    context: dict[str, Any] = {
        "project": project,
        "people": people(project),
        "names": list(users.values_list("username", flat=True)[:NAMES_OFFERED]),
        "fault": fault,
        "sent": request.POST if fault else None,
    }
    status = 422 if fault else 200
    return render(request, "project_members/page.html", context, status=status)


def people(project: Project) -> list[Person]:
    owners = project.runs.order_by().values_list("owner__username")
    runs = dict(owners.annotate(Count("pk")))
    return [
        Person(username, role, runs.get(username, 0))
        for username, role in people_of(project).items()
    ]
