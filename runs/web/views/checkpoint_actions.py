"""What is done to a checkpoint: a POST of an `action` to its page or to the review queue."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from runs.checkpoints.review import (
    review_checkpoint,
    undo_review,
    unpin_checkpoint,
)
from runs.errors import InvalidInput, NotFound
from runs.models import Checkpoint, Review
from runs.web.views.run_actions import actor_of

Decision = Checkpoint.Decision
DECISIONS = {
    "approve": Decision.APPROVED,
    "reject": Decision.REJECTED,
    "unreview": Decision.UNREVIEWED,
}
DONE = {
    Decision.APPROVED: "Approved and pinned {}.",
    Decision.REJECTED: "Rejected {}.",
    Decision.UNREVIEWED: "Set {} back to unreviewed.",
}


def act(request: HttpRequest, checkpoint: Checkpoint) -> HttpResponse:
    """Raises what the service raises, and InvalidInput for an action there is none of."""
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise InvalidInput(f"There is no action “{action[:100]}”.", "action")
    words = ACTIONS[action](request, checkpoint)
    messages.success(request, words)
    address = checkpoint.get_absolute_url()
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    return redirect(address)


def decide(request: HttpRequest, checkpoint: Checkpoint) -> Review:
    """As the form says: `action`, `note`, `unpin`, and `seen`, upon which it was decided."""
    sent = request.POST
    return review_checkpoint(
        actor=actor_of(request),
        checkpoint=checkpoint,
        decision=DECISIONS[sent["action"]],
        note=sent.get("note", ""),
        unpin=bool(sent.get("unpin")),
        seen=sent.get("seen", ""),
    )


def decided(request: HttpRequest, checkpoint: Checkpoint) -> str:
    return DONE[Decision(decide(request, checkpoint).decision)].format(checkpoint.suffix)


def unpinned(request: HttpRequest, checkpoint: Checkpoint) -> str:
    sent = request.POST
    unpin_checkpoint(
        actor=actor_of(request),
        checkpoint=checkpoint,
        note=sent.get("note", ""),
        seen=sent.get("seen", ""),
    )
    return f"Unpinned {checkpoint.suffix}: it can be deleted now."


def undone(request: HttpRequest, checkpoint: Checkpoint) -> str:
    review = find_review(request.POST.get("review", ""))
    undo_review(actor=actor_of(request), checkpoint=checkpoint, review=review)
    return f"Undone: {checkpoint.suffix} is {checkpoint.get_decision_display()}."


def find_review(written: str) -> Review:
    """Raises NotFound."""
    known = written.isascii() and written.isdigit() and len(written) <= 18
    review = Review.objects.filter(pk=written).first() if known else None
    if review is None:
        raise NotFound("There is no such review.")
    return review


ACTIONS: dict[str, Callable[[HttpRequest, Checkpoint], str]] = {
    **dict.fromkeys(DECISIONS, decided),
    "unpin": unpinned,
    "undo": undone,
}
