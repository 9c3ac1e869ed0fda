"""Cancel a session: its files are kept or discarded, or nothing happens after all."""

from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from runs.creation.services import cancel_session
from runs.creation.staging import is_left
from runs.errors import Conflict
from runs.files.artifacts import tree_size
from runs.models import CreationSession
from runs.web.session_rows import title_of

KEEP, DISCARD = "keep", "discard"


def ask_or_cancel(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """`files` is `keep` or `discard`; without it the question, as a page or for the dialog."""
    wanted = request.POST.get("files")
    if wanted not in (KEEP, DISCARD):
        return ask(request, session)
    was_draft = session.is_draft
    try:
        cancel_session(actor=request.user, session=session, discard_files=wanted == DISCARD)
    except Conflict as error:
        messages.warning(request, error.message)
        return redirect("session", session.pk)
    if was_draft:
        messages.success(request, f"Discarded the draft of {title_of(session)}.")
        return redirect("session_list")
    return redirect("session", session.pk)


def ask(request: HttpRequest, session: CreationSession) -> HttpResponse:
    files, size_bytes = tree_size(Path(session.staging)) if is_left(session) else (0, 0)
    context = {
        "session": session,
        "title": title_of(session),
        "files": files,
        "size_bytes": size_bytes,
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "session/_cancel.html" if part else "session/cancel.html", context)
