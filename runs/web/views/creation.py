"""A creation session in the browser: begun, then a form, then what becomes of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from runs.creation.beginning import begin_once
from runs.creation.services import find_session
from runs.health.setup import require_setup, setup_state
from runs.models import CreationSession
from runs.web.session_rows import half_finished, session_rows
from runs.web.wizard.drafts import typed
from runs.web.wizard.run_steps import last_project

from .creation_draft import act_on_draft, show_draft
from .creation_progress import act_on_session, show_session

PREFILLED = ("project", "program", "template", "label")


@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: HttpRequest) -> HttpResponse:
    """Which kind; a post begins it, with what the page it came from knows already."""
    if request.method == "POST":
        require_setup()
        kind = request.POST.get("kind", "")
        session = begin_once(
            owner=request.user, kind=kind, inputs=first_inputs(request, kind), step=""
        )
        return redirect("session", session.pk)
    mine = half_finished().filter(owner=request.user.pk)
    return render(
        request, "session/new.html", {"half_finished": session_rows(mine), "setup": setup_state()}
    )


def first_inputs(request: HttpRequest, kind: str) -> dict[str, Any]:
    user: Any = request.user
    inputs = {"operator": user.get_full_name() or user.get_username()}
    if kind != CreationSession.Kind.RUN:
        return inputs
    known = {name: typed(request.POST, name) for name in PREFILLED}
    known["project"] = known["project"] or last_project(user)
    return {**inputs, **{name: known[name] for name in known if known[name]}}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, session_id: str) -> HttpResponse:
    """The wizard while it is a draft, then progress, question and result. Raises NotFound."""
    found = find_session(request.user, session_id)
    if found.is_draft:
        return (
            act_on_draft(request, found) if request.method == "POST" else show_draft(request, found)
        )
    return (
        act_on_session(request, found) if request.method == "POST" else show_session(request, found)
    )
