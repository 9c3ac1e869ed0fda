"""Lists of creation sessions: half-finished, ended, and what ended ones have left behind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.creation.states import FINAL
from runs.lists.paging import moment, page_of
from runs.models import CreationSession
from runs.web.session_rows import half_finished, session_rows

CREATED = moment("created_at")
HALF_FINISHED_SHOWN = 100


@require_safe
@never_cache
def session_list(request: HttpRequest) -> HttpResponse:
    """One's own; staff see everybody's with `?owner=all`. For its own script the parts of the
    page that change."""
    shows_all = request.user.is_staff and request.GET.get("owner") == "all"
    owned = {} if shows_all else {"owner": request.user.pk}
    ended = CreationSession.objects.filter(state__in=FINAL, **owned)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_of(ended, CREATED, descending=True, after=after, before=before)
    half = [] if after or before else half_finished().filter(**owned)[:HALF_FINISHED_SHOWN]
    context: dict[str, Any] = {
        "half_finished": session_rows(half),
        "ended": session_rows(in_order(page.keys)),
        "page": page,
        "shows_all": shows_all,
        "query": request.GET.urlencode(),
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(
        request, "session_list/_parts.html" if part else "session_list/page.html", context
    )


def in_order(keys: list[str]) -> list[CreationSession]:
    found = CreationSession.objects.select_related("owner").in_bulk(keys)
    return [found[key] for key in keys if key in found]
