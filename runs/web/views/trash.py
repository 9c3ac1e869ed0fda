"""What was deleted and can still be had back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from runs.access import require_staff
from runs.cleanup.emptying import REQUEST_SECONDS, remove_now
from runs.cleanup.trash import restore, visible_trash
from runs.errors import FusionwebError, InvalidInput, NotFound
from runs.lists.paging import moment, page_of
from runs.models import Trash
from runs.web.deleting import in_one_sentence, safe_next
from runs.web.templatetags.show import count, size

MOST_AT_ONCE = 500
COLUMN = moment("deleted_at")


@dataclass(frozen=True)
class TrashRow:
    """`days_left` is 0 on the last day; `is_over`: the supervisor removes it at its next round."""

    trash: Trash
    days_left: int
    is_over: bool


@require_safe
@never_cache
def trash_list(request: HttpRequest) -> HttpResponse:
    trash = visible_trash(request.user)
    after, before = (request.GET.get(name, "") for name in ("after", "before"))
    page = page_of(trash, COLUMN, descending=True, after=after, before=before)
    rows = {row.pk: row for row in trash.filter(pk__in=page.keys).defer("snapshot", "moves")}
    now = timezone.now()
    context = {
        "rows": [as_row(rows[pk], now) for pk in page.keys if pk in rows],
        "page": page,
        "total": trash.count(),
        "size_bytes": trash.aggregate(total=Sum("size_bytes"))["total"] or 0,
        "noun": "deletion",
    }
    return render(request, "trash/page.html", context)


def as_row(trash: Trash, now: Any) -> TrashRow:
    left = trash.keep_until - now
    return TrashRow(trash, max(0, left.days), left.total_seconds() <= 0)


@require_POST
def trash_restore(request: HttpRequest) -> HttpResponse:
    """Puts each `trash` back; what cannot be does not keep the others from it."""
    user: Any = request.user
    done, failures = [], []
    for trash in chosen(request, visible_trash(user)):
        try:
            done.append(restore(actor=user, trash=trash))
        except FusionwebError as error:
            failures.append(f"{trash.label}: {error.message}")
    what = done[0].label if len(done) == 1 else count(len(done), "deletion")
    words = f"Put back {what}." if done else "Nothing was put back."
    return answer(request, f"{words} {in_one_sentence(failures)}".strip(), failures)


def chosen(request: HttpRequest, trash: QuerySet[Trash]) -> list[Trash]:
    """Raises InvalidInput where nothing is chosen, NotFound where none of it is there."""
    ids = [pk for pk in request.POST.getlist("trash") if pk.isascii() and pk.isdigit()]
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise InvalidInput(f"Choose from 1 to {MOST_AT_ONCE} entries of the trash.")
    found = list(trash.filter(pk__in=[int(pk[:18]) for pk in ids]))
    if not found:
        raise NotFound("It is no longer in the trash.")
    return found


@require_POST
def trash_remove(request: HttpRequest) -> HttpResponse:
    """Removes each `trash` for good, once its number was typed: staff, when space is short."""
    user: Any = request.user
    require_staff(user, "Only staff may remove something for good before its time.")
    found = chosen(request, visible_trash(user))
    if question := ask_for_good(request, found):
        return question
    begun = time.monotonic()
    pending = []
    for trash in found:
        late = time.monotonic() - begun > REQUEST_SECONDS
        if not remove_now(actor=user, trash=trash, seconds=0.0 if late else REQUEST_SECONDS):
            pending.append(trash)
    gone = len(found) - len(pending)
    freed = size(sum(trash.size_bytes for trash in found if trash not in pending))
    words = f"Removed {count(gone, 'deletion')} for good: {freed}."
    if pending:
        words += f" The supervisor goes on with {len(pending):,} more."
    return answer(request, words, [])


def ask_for_good(request: HttpRequest, found: Sequence[Trash]) -> HttpResponse | None:
    expected = "remove" if len(found) == 1 else str(len(found))
    typed = request.POST.get("confirm")
    if typed is not None and typed.strip() == expected:
        return None
    context = {
        "found": found,
        "expected": expected,
        "files": sum(trash.files for trash in found),
        "size_bytes": sum(trash.size_bytes for trash in found),
        "fault": f"Type {expected} to confirm." if typed is not None else "",
    }
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    name = "trash/_confirm.html" if fragment else "trash/confirm.html"
    return render(request, name, context, status=422 if typed is not None else 200)


def answer(request: HttpRequest, words: str, failures: Sequence[str]) -> HttpResponse:
    level = "warning" if failures else "success"
    if request.htmx:  # type: ignore[attr-defined]
        toast = {"message": words, "level": level}
        response = trigger_client_event(HttpResponse(status=204), "toast", toast)
        return trigger_client_event(response, "fusionweb:acted", {})
    messages.add_message(request, messages.WARNING if failures else messages.SUCCESS, words)
    return redirect(safe_next(request, reverse("trash_list")))
