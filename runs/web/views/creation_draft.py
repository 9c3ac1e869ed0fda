"""The wizard: a form for each step, all of which is kept as it is typed."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from runs.creation.services import confirm_session, save_draft
from runs.errors import Conflict, FusionwebError, InvalidInput
from runs.health.setup import require_setup
from runs.models import CreationSession
from runs.web.forms.configuration import ConfigurationForm
from runs.web.wizard.drafts import Draft, draft_of
from runs.web.wizard.faults import faults_of
from runs.web.wizard.parameters import Parameters
from runs.web.wizard.road import Road, road_of, step_of_field

from .creation_cancel import ask_or_cancel


def show_draft(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """`?step=` names the step, `&check=1` says what is to be changed there. Without them, the
    page is where it was left, on whichever machine."""
    draft = draft_of(session)
    road = road_of(draft, request.GET.get("step") or session.step)
    faults = faults_of(draft)
    context: dict[str, Any] = {
        "session": session,
        "draft": draft,
        "road": road,
        "is_checked": "check" in request.GET,
        "faulty": {step.name for step in road.faulty(faults)},
    }
    if road.after is None:
        return render(request, "session/draft.html", context | last_step(draft, road, faults))
    shown = road.here.faults(faults) if context["is_checked"] else {}
    context |= road.here.context(draft, shown)
    return render(request, "session/draft.html", context)


def last_step(draft: Draft, road: Road, faults: dict[str, str]) -> dict[str, Any]:
    """What would be made, or why it cannot be, with the step that mends it."""
    if faulty := road.faulty(faults):
        return {"to_mend": [(step, step.sentences(draft, faults)) for step in faulty]}
    try:
        return road.here.context(draft, {})
    except FusionwebError as error:
        field = getattr(error, "field", None) or ""
        return {"refusal": error.message, "mend_at": step_of_field(draft, field)}


def act_on_draft(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """Keeps what was typed first, whatever was pressed."""
    draft = draft_of(session)
    road = road_of(draft, request.POST.get("step") or session.step)
    action = request.POST.get("action", "next")
    draft = road.here.read(draft, request.POST)
    if action == "save":
        return save_quietly(request, session, draft, road)
    target = target_of(action, road, draft)
    try:
        save_draft(session=session, inputs=draft.inputs, step=target.here.name)
    except Conflict as error:
        messages.warning(request, error.message)
        return redirect("session", session.pk)
    if action == "cancel":
        return ask_or_cancel(request, session)
    if action == "confirm":
        return confirm(request, session)
    is_faulty = action == "next" and target.here == road.here
    return redirect(address_of(session, target.here.name, check=is_faulty))


def target_of(action: str, road: Road, draft: Draft) -> Road:
    """Where a button leads: on only from a step without faults. Which steps there are may
    depend on what was typed."""
    road = road_of(draft, road.here.name)
    step = road.here
    if action == "next" and road.after and not road.here.faults(faults_of(draft)):
        step = road.after
    elif action == "back" and road.before:
        step = road.before
    elif action.startswith("goto:"):
        step = road.to(action.removeprefix("goto:"))
    return Road(road.steps, step)


def address_of(session: CreationSession, step: str, check: bool = False) -> str:
    query = {"step": step, **({"check": "1"} if check else {})}
    return f"{reverse('session', args=[session.pk])}?{urlencode(query)}"


def save_quietly(
    request: HttpRequest, session: CreationSession, draft: Draft, road: Road
) -> HttpResponse:
    """While somebody types. What comes from a page that is older than what is kept, as when the
    draft is open twice or the form was sent meanwhile, is not kept: that would undo the other."""
    is_behind = request.POST.get("revision") != str(session.revision)
    fault = ""
    try:
        if not is_behind:
            here = road.here.name
            save_draft(session=session, inputs=draft.inputs, step=here, overwrite=False)
    except Conflict:
        is_behind = True
    except InvalidInput as error:
        fault = error.message
    context = {
        "session": session,
        "is_behind": is_behind,
        "fault": fault,
        "configuration": configuration_at(road, draft),
    }
    return render(request, "session/_saved.html", context)


def configuration_at(road: Road, draft: Draft) -> ConfigurationForm | None:
    """For the faults of what is being typed, where values are typed at all."""
    if road.here.name != "parameters" or draft.program is None:
        return None
    return Parameters(draft, draft.program).form


def confirm(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """What keeps it from being made is said by the preview, to which this leads."""
    try:
        require_setup()
        confirm_session(actor=request.user, session=session)
    except FusionwebError as error:
        messages.error(request, error.message)
    return redirect("session", session.pk)
