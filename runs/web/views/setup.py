"""What a fresh installation still lacks: for staff with what to do, for members in a sentence."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.errors import SetupIncomplete
from runs.health.setup import STATES, SetupState, setup_state
from runs.http.statuses import status_of
from runs.lifecycle.places import status_root

from .errors import error_page

TITLES = {
    "data_root": "A place for runs",
    "program": "A program",
    "templates": "A template",
    "supervisor": "A supervisor",
}


@dataclass(frozen=True)
class Part:
    """One of the checklist; `reason` is empty where it is there."""

    field: str
    title: str
    reason: str


@require_safe
@never_cache
def setup_checklist(request: HttpRequest) -> HttpResponse:
    """The page; for its own script the part of it that changes."""
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "setup/_parts.html" if part else "setup/page.html"
    return render(request, name, context_of(setup_state()))


def setup_refusal(request: HttpRequest, error: SetupIncomplete) -> HttpResponse:
    """The same page in the place of what could not be done; a toast where a part was asked for."""
    status = status_of(error)
    if request.htmx:  # type: ignore[attr-defined]
        return error_page(request, status, error.message)
    context = context_of(SetupState(tuple(error.missing)))
    return render(request, "setup/page.html", context, status=status)


def context_of(found: SetupState) -> dict[str, Any]:
    reasons = {each.field: each.reason for each in found.missing}
    return {
        "setup": found,
        "parts": [Part(field, TITLES[field], reasons.get(field, "")) for field in STATES],
        "root": status_root(),
        "folders": settings.FUSIONWEB_TEMPLATES,
    }
