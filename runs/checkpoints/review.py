"""Staff say what they think of a checkpoint. Each word is one transaction, and stays.

An approved checkpoint is pinned, and nothing deletes a pinned one. A pin only goes when somebody
says so: by `unpin_checkpoint`, by `unpin=True` with another decision, or by undoing the approval
itself.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from runs.access import is_staff
from runs.errors import CheckpointPinned, Conflict, InvalidInput, NotAllowed
from runs.events import record_event
from runs.models import Checkpoint, Review

NOTE_LIMIT = 100_000
UNDO_OFFERED = timedelta(hours=1)
Decision = Checkpoint.Decision
VERBS = {
    Decision.APPROVED: "approved it",
    Decision.REJECTED: "rejected it",
    Decision.UNREVIEWED: "set it back to unreviewed",
}


def may_review(user: Any) -> bool:
    return is_staff(user)


def is_protected(checkpoint: Checkpoint) -> bool:
    """Whether nothing may delete it."""
    return checkpoint.pinned


def review_mark(checkpoint: Checkpoint) -> str:
    """What a form sends back as `seen`, so that a decision made meanwhile is noticed."""
    return checkpoint.reviewed_at.isoformat() if checkpoint.reviewed_at else "never"


def review_checkpoint(
    *,
    actor: User,
    checkpoint: Checkpoint,
    decision: str,
    note: str = "",
    unpin: bool = False,
    seen: str = "",
) -> Review:
    """Decide; approving pins, anything else leaves no pin.

    `seen` is the `review_mark` the actor decided upon; empty: the one of `checkpoint` as loaded.
    The same word of the same person twice is one. Raises NotAllowed, InvalidInput (decision,
    note), CheckpointPinned where a pin would go without `unpin`, Conflict where somebody else
    has decided meanwhile or it cannot be approved.
    """
    require_staff(actor)
    check_words(decision, note)
    if repeated := same_word(actor, checkpoint, decision, note):
        return repeated
    require_unchanged(checkpoint, seen)
    if decision == Decision.APPROVED:
        require_approvable(checkpoint)
    elif checkpoint.pinned and not unpin:
        raise CheckpointPinned("It is approved and pinned. Unpin it first, or along with this.")
    return decide(actor, checkpoint, decision, decision == Decision.APPROVED, note)


def unpin_checkpoint(
    *, actor: User, checkpoint: Checkpoint, note: str = "", seen: str = ""
) -> Review | None:
    """Let it be deleted again; the decision stays. None where it was not pinned.

    Raises NotAllowed, InvalidInput (note), Conflict.
    """
    require_staff(actor)
    check_words(checkpoint.decision, note, free=True)
    if not checkpoint.pinned:
        return None
    require_unchanged(checkpoint, seen)
    return decide(actor, checkpoint, checkpoint.decision, False, note, "unpinned")


def undo_review(*, actor: User, checkpoint: Checkpoint, review: Review) -> Review:
    """Back to what was before one's own `review`, as one more word in the history.

    Raises NotAllowed for another's, Conflict where it is no longer the last word.
    """
    require_staff(actor)
    if review.by_id != actor.pk or review.checkpoint_id != checkpoint.pk:
        raise NotAllowed("Only who decided it can undo it. Decide anew instead.")
    newest, before = newest_two(checkpoint)
    if newest != review:
        raise Conflict(f"There is nothing to undo any more: {last_word(checkpoint)}.")
    if before is None:
        return decide(actor, checkpoint, Decision.UNREVIEWED, False, "undone")
    return decide(actor, checkpoint, before.decision, before.pinned, before.note)


def may_undo(user: Any, checkpoint: Checkpoint) -> Review | None:
    """The last word, where it is the user's own and not long ago."""
    if not may_review(user) or checkpoint.reviewed_by_id != user.pk:
        return None
    newest, _ = newest_two(checkpoint)
    fresh = newest is not None and newest.at > timezone.now() - UNDO_OFFERED
    return newest if fresh else None


def require_staff(actor: Any) -> None:
    if not may_review(actor):
        raise NotAllowed("Only staff review checkpoints.")


def check_words(decision: str, note: str, *, free: bool = False) -> None:
    """`free`: no note is asked for."""
    if decision not in Decision.values:
        raise InvalidInput(f"A decision is one of: {', '.join(Decision.values)}.", "decision")
    if len(note) > NOTE_LIMIT:
        raise InvalidInput(f"A note may have at most {NOTE_LIMIT:,} characters.", "note")
    if "\0" in note:
        raise InvalidInput("A note cannot hold a NUL character.", "note")
    if decision == Decision.REJECTED and not note.strip() and not free:
        raise InvalidInput("Say in a note why it is rejected.", "note")


def require_approvable(checkpoint: Checkpoint) -> None:
    if checkpoint.gone_at:
        raise Conflict("Its directory has vanished, so it cannot be approved.")
    if not checkpoint.complete:
        reason = f": {checkpoint.reason}" if checkpoint.reason else ""
        raise Conflict(f"It is incomplete, so it cannot be approved{reason}.")


def same_word(actor: User, checkpoint: Checkpoint, decision: str, note: str) -> Review | None:
    """The newest review, where it says the very same: a button pressed twice."""
    newest, _ = newest_two(checkpoint)
    if newest is None or newest.by_id != actor.pk or newest.decision != decision:
        return None
    pinned = decision == Decision.APPROVED
    return newest if (newest.note, newest.pinned) == (note.strip(), pinned) else None


def newest_two(checkpoint: Checkpoint) -> tuple[Review | None, Review | None]:
    newest = Review.objects.filter(checkpoint=checkpoint.pk).order_by("-pk")
    found = [*newest[:2], None, None]
    return found[0], found[1]


def require_unchanged(checkpoint: Checkpoint, seen: str) -> None:
    if seen and seen != review_mark(checkpoint):
        raise Conflict(f"Nothing was changed: {last_word(checkpoint)}.")


def last_word(checkpoint: Checkpoint) -> str:
    """`grace has approved it meanwhile`, of the table as it is now."""
    newest, _ = newest_two(checkpoint)
    if newest is None:
        return "it has been decided upon meanwhile"
    verb = VERBS[Decision(newest.decision)]
    was_pinned = newest.decision == Decision.APPROVED and not newest.pinned
    return f"{newest.by or 'somebody'} {'unpinned it' if was_pinned else verb} meanwhile"


def decide(
    actor: User, checkpoint: Checkpoint, decision: str, pinned: bool, note: str, word: str = ""
) -> Review:
    """Columns, review and event together, if nobody has decided since `checkpoint` was read.

    Raises Conflict. The condition is on `reviewed_at`: it moves on with every review.
    """
    note = note.strip()
    with transaction.atomic():
        at = after(checkpoint.reviewed_at)
        unchanged = Checkpoint.objects.filter(pk=checkpoint.pk, reviewed_at=checkpoint.reviewed_at)
        decided = unchanged.update(
            decision=decision, pinned=pinned, reviewed_at=at, reviewed_by=actor, review_note=note
        )
        if not decided:
            raise Conflict(f"Nothing was changed: {last_word(checkpoint)}.")
        review = Review.objects.create(
            checkpoint=checkpoint, decision=decision, pinned=pinned, note=note, by=actor
        )
        announce(checkpoint, word or decision, pinned, actor)
    checkpoint.decision, checkpoint.pinned, checkpoint.review_note = decision, pinned, note
    checkpoint.reviewed_at, checkpoint.reviewed_by = at, actor
    return review


def after(before: datetime | None) -> datetime:
    """Now, and never the time of the last review: a clock may stand still or go back."""
    now = timezone.now()
    return now if before is None or now > before else before + timedelta(microseconds=1)


def announce(checkpoint: Checkpoint, word: str, pinned: bool, actor: User) -> None:
    record_event(
        topic="checkpoints",
        kind=f"checkpoint.{word}",
        subject=f"checkpoint:{checkpoint.pk}",
        payload={
            "id": checkpoint.pk,
            "status": word,
            "pinned": pinned,
            "by": actor.get_username(),
            "path": str(checkpoint),
        },
        actor=actor,
        project=checkpoint.project,
    )
