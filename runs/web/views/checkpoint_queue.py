"""The queue of what waits for a review: one checkpoint at a time, and the next at once.

Everything stands in the address: which one (`at`), whose (`project`), from which end (`order`),
how many were decided in this sitting (`done`) and the last of these reviews (`last`), to undo.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from runs.checkpoints.review import require_staff, review_mark, undo_review
from runs.checkpoints.selectors import (
    approved_for,
    checkpoint_by_id,
    latest_of_name,
    maker_of,
    of_name,
    place_in_queue,
    siblings,
    waiting,
)
from runs.errors import Conflict, FusionwebError, InvalidInput, NotFound
from runs.models import Checkpoint, Project, Review
from runs.web.tabs.checkpoint import compare
from runs.web.views.checkpoint_actions import DECISIONS, decide, find_review
from runs.web.views.run_actions import actor_of
from runs.web.views.run_page import wants_fragment

# Whoever looks at one keeps others off it for as long; after that, they are told of each other.
HELD_SECONDS = 180
LOOKED_AHEAD = 20
MOST_DONE = 10**6
SIBLINGS_SHOWN = 6


@dataclass(frozen=True)
class Sitting:
    """What the address says; `at` and `last` are primary keys, empty where there is none."""

    project: str = ""
    oldest_first: bool = False
    at: str = ""
    done: int = 0
    last: str = ""

    def address(self, **changes: Any) -> str:
        sitting = replace(self, **changes)
        values = {
            "project": sitting.project,
            "order": "oldest" if sitting.oldest_first else "",
            "at": sitting.at,
            "done": sitting.done or "",
            "last": sitting.last,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return reverse("checkpoint_queue") + (f"?{query}" if query else "")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkpoint_queue(request: HttpRequest) -> HttpResponse:
    """Staff only: a member is told so. Posted is an `action` upon one `checkpoint`."""
    require_staff(request.user)
    if request.method == "POST":
        return act(request, read_sitting(request.POST))
    return show(request, read_sitting(request.GET))


def read_sitting(data: QueryDict) -> Sitting:
    done = data.get("done", "")
    return Sitting(
        project=data.get("project", ""),
        oldest_first=data.get("order") == "oldest",
        at=data.get("at", ""),
        done=min(int(done), MOST_DONE) if done.isascii() and done.isdigit() else 0,
        last=data.get("last", ""),
    )


def show(
    request: HttpRequest, sitting: Sitting, fault: FusionwebError | None = None
) -> HttpResponse:
    """The one that `sitting` names, or the first free one; above it the `fault` of an order."""
    found = checkpoint_by_id(sitting.at) if sitting.at else first_free(request, sitting)
    context: dict[str, Any] = {
        "sitting": sitting,
        "fault": fault and fault.message,
        "note": request.POST.get("note", ""),
        "last": last_review(request, sitting),
        "projects": list(Project.objects.values_list("slug", flat=True)),
    }
    if found:
        context |= all_about(request, found, sitting)
    status = 200 if fault is None else 422 if isinstance(fault, InvalidInput) else 409
    if not wants_fragment(request):
        return render(request, "checkpoint_queue/page.html", context, status=status)
    # htmx shows an answer that is no refusal
    response = render(request, "checkpoint_queue/_one.html", context)
    response["HX-Push-Url"] = sitting.address(at=str(found.pk) if found else "")
    return response


def all_about(request: HttpRequest, found: Checkpoint, sitting: Sitting) -> dict[str, Any]:
    """All that a reviewer needs, on one screen."""
    approved = approved_for(found)
    place = place_in_queue(found, sitting.project, oldest_first=sitting.oldest_first)
    return {
        "checkpoint": found,
        "mark": review_mark(found),
        "place": place,
        "number": sitting.done + place.before + 1,
        "total": sitting.done + place.waiting,
        "skip": sitting.address(at=str(place.next or ""), last=sitting.last),
        "back": sitting.address(at=str(place.previous)) if place.previous else "",
        "metrics": sorted(found.metrics.items()),
        "maker": maker_of(found, request.user),
        "latest": None if found.latest else latest_of_name(found),
        "siblings": siblings(found, SIBLINGS_SHOWN),
        "sibling_count": of_name(found).filter(gone_at__isnull=True).count(),
        "approved": approved,
        "comparison": compare(approved, found) if approved else None,
        "held_by": hold(request, found),
    }


def first_free(request: HttpRequest, sitting: Sitting) -> Checkpoint | None:
    """The first that nobody else is looking at; the very first where all are looked at."""
    queue = waiting(sitting.project, oldest_first=sitting.oldest_first)
    return not_held(request, list(queue.select_related("root", "reviewed_by")[:LOOKED_AHEAD]))


def not_held(request: HttpRequest, candidates: list[Checkpoint]) -> Checkpoint | None:
    held = cache.get_many([held_key(each.pk) for each in candidates])
    own = request.user.get_username()
    free = [each for each in candidates if held.get(held_key(each.pk), own) == own]
    return next(iter(free or candidates), None)


def hold(request: HttpRequest, found: Checkpoint) -> str:
    """The other who looks at it, or "". A courtesy alone: decisions meet in the database."""
    own = request.user.get_username()
    holder = cache.get_or_set(held_key(found.pk), own, HELD_SECONDS)
    return "" if holder == own else str(holder)


def held_key(pk: int) -> str:
    return f"reviewing-{pk}"


def act(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Decide or undo, then show the next; a conflict shows the same one and says why."""
    action = request.POST.get("action", "")
    try:
        if action == "undo":
            sitting = undo(request, sitting)
        elif action in DECISIONS:
            sitting = decide_and_go_on(request, sitting)
        else:
            raise InvalidInput(f"There is no action “{action[:100]}”.", "action")
    except (Conflict, InvalidInput) as error:
        return show(request, sitting, error)
    if wants_fragment(request):
        return show(request, sitting)
    return redirect(sitting.address())


def decide_and_go_on(request: HttpRequest, sitting: Sitting) -> Sitting:
    found = checkpoint_by_id(sitting.at)
    following = next_free(request, found, sitting)
    review = decide(request, found)
    cache.delete(held_key(found.pk))
    at = str(following.pk) if following else ""
    return replace(sitting, at=at, done=sitting.done + 1, last=str(review.pk))


def next_free(request: HttpRequest, found: Checkpoint, sitting: Sitting) -> Checkpoint | None:
    """After this one in the order; at the end of the queue, from its beginning again."""
    queue = waiting(sitting.project, oldest_first=sitting.oldest_first)
    side = "gte" if sitting.oldest_first else "lte"
    tie = "lte" if sitting.oldest_first else "gte"
    rest = queue.filter(**{f"saved_at__{side}": found.saved_at}).exclude(
        saved_at=found.saved_at, **{f"pk__{tie}": found.pk}
    )
    candidates = list(rest[:LOOKED_AHEAD]) or list(queue.exclude(pk=found.pk)[:LOOKED_AHEAD])
    return not_held(request, candidates)


def undo(request: HttpRequest, sitting: Sitting) -> Sitting:
    """Back to the one decided last."""
    review = find_review(sitting.last)
    found = checkpoint_by_id(review.checkpoint_id)
    undo_review(actor=actor_of(request), checkpoint=found, review=review)
    return replace(sitting, at=str(found.pk), done=max(0, sitting.done - 1), last="")


def last_review(request: HttpRequest, sitting: Sitting) -> Review | None:
    """What can be undone: one's own."""
    if not sitting.last:
        return None
    try:
        review = find_review(sitting.last)
    except NotFound:
        return None
    return review if review.by_id == request.user.pk else None
