"""For staff: the files that cancelled, failed and expired sessions have left."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from runs.access import require_staff
from runs.creation.left_behind import left_behind, measured, remove_left, resume_left
from runs.creation.services import find_session
from runs.models import CreationSession
from runs.web.session_rows import session_rows, title_of
from runs.web.templatetags.show import count


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_left(request: HttpRequest) -> HttpResponse:
    """Raises NotAllowed but for staff."""
    require_staff(request.user, "Only staff see what sessions have left behind.")
    if request.method == "POST":
        return act(request)
    found = left_behind()
    rows = zip(session_rows(each.session for each in found), found, strict=True)
    context: dict[str, Any] = {
        "left": list(rows),
        "files": sum(each.files for each in found),
        "size_bytes": sum(each.size_bytes for each in found),
    }
    return render(request, "session_left/page.html", context)


def act(request: HttpRequest) -> HttpResponse:
    """Raises SessionNotFound, Conflict."""
    session = find_session(request.user, request.POST.get("session", ""))
    if request.POST.get("action") == "resume":
        again = resume_left(actor=request.user, session=session)
        return redirect("session", again.pk)
    if request.POST.get("confirm", "").strip() != title_of(session):
        return ask(request, session)
    removed = remove_left(actor=request.user, session=session)
    messages.success(request, f"Removed {count(removed, 'file')} of {title_of(session)}.")
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(reverse("session_left"))
    return redirect("session_left")


def ask(request: HttpRequest, session: CreationSession) -> HttpResponse:
    """Nothing brings these files back: their session's name has to be typed."""
    is_wrong = "confirm" in request.POST
    context = {
        "session": session,
        "left": measured(session),
        "expected": title_of(session),
        "fault": f"Type {title_of(session)} to confirm." if is_wrong else "",
    }
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    name = "session_left/_confirm.html" if fragment else "session_left/confirm.html"
    return render(request, name, context, status=422 if is_wrong else 200)
