"""A confirmed session: how far it is, what it asks, what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from runs.creation.beginning import begin_once
from runs.creation.checks.question import Upload
from runs.creation.services import resume_session
from runs.creation.staging import is_left
from runs.creation.states import FINAL, State
from runs.errors import Conflict, InputInvalid, InvalidInput
from runs.models import CreationSession, Run
from runs.web.phases import phase_rows
from runs.web.session_rows import place_in_words, title_of
from runs.web.wizard.drafts import Draft, draft_of, typed
from runs.web.wizard.entries import Entry, shown
from runs.web.wizard.road import step_of_field

from .creation_cancel import ask_or_cancel

# What a person can do about an error, by its code.
ADVICE = {
    "destination_exists": "Choose another name, and try again.",
    "disk_space_insufficient": "Delete what is no longer needed, and try again.",
    "try_again": "Try again. If it fails again, tell staff and give them the trace id.",
    "internal_error": "Try again. If it fails again, tell staff and give them the trace id.",
}
DEFAULT_ADVICE = "Change what was wrong, and try again: all that was typed is kept."
# What a browser may send as one answer where the field itself says nothing.
LARGEST_UPLOAD_BYTES = 10 * 1024 * 1024
PREFIX = "answer."


def show_session(
    request: HttpRequest, session: CreationSession, entries: list[Entry] | None = None,
    fault: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page; for its own script the parts of it that change."""
    context = context_of(session)
    context |= {
        "entries": entries or question_entries(session),
        "fault": fault,
        "refused": entries is not None,
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "session/_parts.html" if part else "session/page.html"
    return render(request, name, context, status=status)


def context_of(session: CreationSession) -> dict[str, Any]:
    error = session.error or {}
    pending = session.pending_input or {}
    result = session.result if session.state == State.DONE else None
    return {
        "session": session,
        "title": title_of(session),
        "place": place_in_words(session),
        "is_final": State(session.state) in FINAL,
        "phases": phase_rows(session),
        "pending": pending,
        "asks_until": parse_datetime(pending.get("expires_at", "")),
        "has_upload": any(field["type"] == "upload" for field in pending.get("fields", ())),
        "error": error,
        "advice": ADVICE.get(error.get("code", ""), DEFAULT_ADVICE),
        "result": result,
        "run": result and run_made(result),
        "is_left": is_left(session),
    }


def run_made(result: dict[str, Any]) -> Run | None:
    """None for a project, and for a run that was deleted since."""
    return Run.objects.select_related("project").filter(pk=result.get("run_id") or None).first()


def question_entries(
    session: CreationSession, given: Mapping[str, str] | None = None
) -> list[Entry]:
    """The form of what is asked now, with what was answered in vain, if anything."""
    fields = (session.pending_input or {}).get("fields", ())
    return [question_entry(field, given) for field in fields]


def question_entry(field: dict[str, Any], given: Mapping[str, str] | None) -> Entry:
    name = PREFIX + field["id"]
    value = shown(field["default"]) if given is None else typed(given, name)
    return Entry(
        name=name,
        label=field["label"],
        kind=field["type"],
        value="" if field["type"] == "upload" else value,
        options=tuple((option["value"], option["label"]) for option in field["options"]),
        help=field["hint"],
        required=field["required"],
        accept=",".join(field["accept"]),
    )


def act_on_session(request: HttpRequest, session: CreationSession) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "answer":
        return answer(request, session)
    if action == "cancel":
        return ask_or_cancel(request, session)
    if action == "again":
        return begin_again(request, session)
    # a form of the wizard that was confirmed meanwhile, perhaps by a second press
    return redirect("session", session.pk)


def answer(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """What does not fit is said at its field, and all that was typed stands there again."""
    try:
        resume_session(
            actor=request.user,
            session=session,
            request_id=request.POST.get("request_id", ""),
            extra_inputs=read_answers(request, session),
        )
    except InputInvalid as error:
        return refuse(request, session, error)
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("session", session.pk)


def read_answers(request: HttpRequest, session: CreationSession) -> dict[str, Any]:
    fields = (session.pending_input or {}).get("fields", ())
    return {field["id"]: read_answer(request, field) for field in fields}


def read_answer(request: HttpRequest, field: dict[str, Any]) -> Any:
    """Of a file one byte more than allowed at most: enough to be refused."""
    name = PREFIX + field["id"]
    if field["type"] != "upload":
        return typed(request.POST, name)
    sent = request.FILES.get(name)
    if sent is None:
        return None
    most = field["max_bytes"] or LARGEST_UPLOAD_BYTES
    if (sent.size or 0) > most:
        raise InputInvalid(f"{field['label']} may have at most {most:,} bytes.", field["id"])
    return Upload(sent.name or "", sent.read())


def refuse(request: HttpRequest, session: CreationSession, error: InvalidInput) -> HttpResponse:
    entries = question_entries(session, request.POST)
    at = PREFIX + (error.field or "")
    marked = [
        replace(entry, fault=error.message, focus=True) if entry.name == at else entry
        for entry in entries
    ]
    fault = "" if marked != entries else error.message
    return show_session(request, session, marked, fault, status=422)


def begin_again(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """A draft of one's own with the same inputs, at what was at fault."""
    draft: Draft = draft_of(session)
    step = step_of_field(draft, (session.error or {}).get("field", ""))
    again = begin_once(owner=request.user, kind=session.kind, inputs=session.inputs, step=step)
    return redirect("session", again.pk)
