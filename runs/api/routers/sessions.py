"""Creation sessions: begin, list, look at, answer, cancel."""

from base64 import b64decode
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Body, Path, Query, Router, Status

from runs.access import visible
from runs.accounts.limits import require_session_rate
from runs.api.authentication import needs
from runs.api.filtering import rows_in_order
from runs.api.paging import page_answer
from runs.api.responses import ALWAYS, answers
from runs.api.schemas.base import ErrorAnswer, PageOf
from runs.api.schemas.session import (
    CancelSessionIn,
    ResumeSessionIn,
    SessionIn,
    SessionItem,
    SessionKey,
    SessionOut,
    SessionQuery,
)
from runs.creation import services
from runs.creation.checks.question import Upload
from runs.creation.selectors import answer_of
from runs.errors import InputInvalid, InvalidInput
from runs.health.setup import require_setup
from runs.lists.paging import moment
from runs.models import CreationSession
from runs.models.token import Scope

router = Router(tags=["sessions"])
COLUMNS = (moment("created_at"),)
MADE: dict[Any, Any] = {201: SessionOut, frozenset((*ALWAYS, 404, 409, 507)): ErrorAnswer}
FILE = {"name", "content_base64"}


@router.post(
    "", response=MADE, auth=needs(Scope.RUN), summary="Begin a session", exclude_unset=True
)
def create_session(request: HttpRequest, response: HttpResponse, body: SessionIn) -> Any:
    """Goes as far as it can at once: it may have ended, or ask. What is invalid makes none."""
    require_setup()
    require_session_rate(request.user)
    inputs = dict(body.root)
    kind = inputs.pop("kind", None)
    session = services.create_session(
        owner=request.user, kind=kind if isinstance(kind, str) else "", inputs=inputs
    )
    response["Location"] = reverse("api:get_session", args=[session.pk])
    return Status(201, answer_of(session))


@router.get("", response=answers(PageOf[SessionItem]), auth=needs(Scope.READ), exclude_unset=True)
def list_sessions(request: HttpRequest, query: Query[SessionQuery]) -> dict[str, Any]:
    """One's own, and for staff everybody's; the newest first."""
    sessions = visible(request.user, CreationSession.objects.order_by())
    if states := [word.strip() for word in query.state.split(",") if word.strip()]:
        sessions = sessions.filter(state__in=known_states(states))
    return page_answer(sessions, COLUMNS, "-created_at", query, session_items)


def known_states(asked: list[str]) -> list[str]:
    for word in asked:
        if word not in CreationSession.State.values:
            names = ", ".join(CreationSession.State.values)
            raise InvalidInput(f"A session is never {word[:100]}: it is one of {names}.", "state")
    return asked


def session_items(keys: list[Any]) -> list[dict[str, Any]]:
    found = rows_in_order(CreationSession.objects.select_related("owner"), keys)
    return [
        {
            **answer_of(session),
            "owner": session.owner.get_username(),
            "created_at": session.created_at,
            "touched_at": session.touched_at,
            "ended_at": session.ended_at,
        }
        for session in found
    ]


@router.get(
    "/{session_id}", response=answers(SessionOut, 404), auth=needs(Scope.READ), exclude_unset=True
)
def get_session(request: HttpRequest, key: Path[SessionKey]) -> dict[str, Any]:
    """How far it is, what it asks, what became of it."""
    return answer_of(services.find_session(request.user, key.session_id))


@router.post(
    "/{session_id}/resume",
    response=answers(SessionOut, 404, 409),
    auth=needs(Scope.RUN),
    summary="Answer what a session asks",
    exclude_unset=True,
)
def resume_session(
    request: HttpRequest, key: Path[SessionKey], body: ResumeSessionIn
) -> dict[str, Any]:
    """Goes on as far as it can at once: it may ask again."""
    session = services.resume_session(
        actor=request.user,
        session=services.find_session(request.user, key.session_id),
        request_id=body.request_id,
        extra_inputs={name: read_input(name, given) for name, given in body.extra_inputs.items()},
    )
    return answer_of(session)


def read_input(name: str, given: Any) -> Any:
    """A file as the checks take it; anything else as it is. Raises InputInvalid."""
    if not (isinstance(given, dict) and set(given) == FILE):
        return given
    try:
        return Upload(str(given["name"]), b64decode(given["content_base64"], validate=True))
    except (ValueError, TypeError) as error:
        raise InputInvalid(f"{name[:200]}: content_base64 is not Base64.", name) from error


@router.post(
    "/{session_id}/cancel",
    response=answers(SessionOut, 404, 409),
    auth=needs(Scope.RUN),
    exclude_unset=True,
)
def cancel_session(
    request: HttpRequest,
    key: Path[SessionKey],
    body: Annotated[CancelSessionIn | None, Body()] = None,
) -> dict[str, Any]:
    """Aborts it at once; what it had made already stays."""
    session = services.find_session(request.user, key.session_id)
    discard = body.discard_files if body else False
    services.cancel_session(actor=request.user, session=session, discard_files=discard)
    return answer_of(services.find_session(request.user, session.pk))
