"""What staff may say about a checkpoint, what it changes, and what it leaves alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.checkpoints.review import (
    is_protected,
    may_undo,
    review_checkpoint,
    review_mark,
    undo_review,
    unpin_checkpoint,
)
from runs.errors import CheckpointPinned, Conflict, InvalidInput, NotAllowed
from runs.models import Checkpoint, Event, Review
from tests.conftest import make_user


@pytest.fixture
def other_staff(db):
    return make_user("grace", is_staff=True)


def again(checkpoint):
    return Checkpoint.objects.get(pk=checkpoint.pk)


def test_it_approves_and_pins_with_a_review_and_an_event(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved", note=" good ")
    row = again(checkpoint)
    assert (row.decision, row.pinned, row.review_note) == ("approved", True, "good")
    assert (row.reviewed_by, is_protected(row)) == (staff, True)
    review = Review.objects.get()
    assert (review.decision, review.pinned, review.by) == ("approved", True, staff)
    event = Event.objects.get()
    assert (event.topic, event.kind) == ("checkpoints", "checkpoint.approved")
    assert event.subject == f"checkpoint:{checkpoint.pk}"
    assert event.payload["id"] == checkpoint.pk


def test_it_rejects_without_a_pin_and_only_with_a_note(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    with pytest.raises(InvalidInput) as refused:
        review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="  ")
    assert refused.value.field == "note"
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="diverged")
    assert (again(checkpoint).decision, again(checkpoint).pinned) == ("rejected", False)


def test_it_is_for_staff_alone(checkpoint_row, member):
    checkpoint = checkpoint_row()
    with pytest.raises(NotAllowed):
        review_checkpoint(actor=member, checkpoint=checkpoint, decision="approved")
    with pytest.raises(NotAllowed):
        unpin_checkpoint(actor=member, checkpoint=checkpoint)
    assert not Review.objects.exists()


@pytest.mark.parametrize(("decision", "note"), [("great", ""), ("", ""), ("approved", "x\0")])
def test_it_refuses_what_is_no_decision(checkpoint_row, staff, decision, note):
    with pytest.raises(InvalidInput):
        review_checkpoint(actor=staff, checkpoint=checkpoint_row(), decision=decision, note=note)


def test_it_limits_a_note(checkpoint_row, staff):
    with pytest.raises(InvalidInput):
        review_checkpoint(
            actor=staff, checkpoint=checkpoint_row(), decision="approved", note="x" * 100_001
        )


def test_a_second_reviewer_is_told_who_decided_what(checkpoint_row, staff, other_staff):
    checkpoint = checkpoint_row()
    late = again(checkpoint)
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    with pytest.raises(Conflict, match="root approved it meanwhile"):
        review_checkpoint(actor=other_staff, checkpoint=late, decision="rejected", note="no")
    assert again(checkpoint).decision == "approved"
    assert Review.objects.count() == 1


def test_a_form_of_before_another_decision_is_refused(checkpoint_row, staff, other_staff):
    checkpoint = checkpoint_row()
    seen = review_mark(checkpoint)
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="odd")
    with pytest.raises(Conflict, match="root rejected it meanwhile"):
        review_checkpoint(
            actor=other_staff, checkpoint=again(checkpoint), decision="approved", seen=seen
        )


def test_the_same_word_twice_is_one_review(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    seen = review_mark(checkpoint)
    for _ in range(2):
        review_checkpoint(actor=staff, checkpoint=again(checkpoint), decision="approved", seen=seen)
    assert Review.objects.count() == Event.objects.count() == 1


@pytest.mark.parametrize(("decision", "note"), [("rejected", "no"), ("unreviewed", "")])
def test_a_pin_never_goes_unsaid(checkpoint_row, staff, decision, note):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    with pytest.raises(CheckpointPinned):
        review_checkpoint(actor=staff, checkpoint=checkpoint, decision=decision, note=note)
    assert again(checkpoint).pinned
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision=decision, note=note, unpin=True)
    assert (again(checkpoint).decision, again(checkpoint).pinned) == (decision, False)


def test_unpinning_keeps_the_decision_and_is_in_the_history(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved", note="good")
    unpin_checkpoint(actor=staff, checkpoint=checkpoint, note="too large to keep")
    assert (again(checkpoint).decision, again(checkpoint).pinned) == ("approved", False)
    assert Event.objects.order_by("-seq").first().kind == "checkpoint.unpinned"
    assert [(r.pinned, r.note) for r in Review.objects.order_by("pk")] == [
        (True, "good"), (False, "too large to keep"),
    ]  # fmt: skip
    assert unpin_checkpoint(actor=staff, checkpoint=checkpoint) is None


def test_approving_again_pins_again(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    unpin_checkpoint(actor=staff, checkpoint=checkpoint)
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    assert again(checkpoint).pinned


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"complete": False, "reason": "no commit_success.txt"}, "no commit_success.txt"),
        ({"gone_at": timezone.now()}, "vanished"),
    ],
)
def test_it_never_approves_what_is_not_there(checkpoint_row, staff, fields, words):
    with pytest.raises(Conflict, match=words):
        review_checkpoint(actor=staff, checkpoint=checkpoint_row(**fields), decision="approved")


def test_undoing_brings_back_what_was_before(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="odd")
    approved = review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    assert may_undo(staff, checkpoint) == approved
    undo_review(actor=staff, checkpoint=checkpoint, review=approved)
    row = again(checkpoint)
    assert (row.decision, row.pinned, row.review_note) == ("rejected", False, "odd")
    assert Review.objects.count() == 3


def test_undoing_the_first_review_leaves_it_unreviewed_and_unpinned(checkpoint_row, staff):
    checkpoint = checkpoint_row()
    review = review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    undo_review(actor=staff, checkpoint=checkpoint, review=review)
    assert (again(checkpoint).decision, again(checkpoint).pinned) == ("unreviewed", False)


def test_nobody_undoes_another_s_word_or_an_overtaken_one(checkpoint_row, staff, other_staff):
    checkpoint = checkpoint_row()
    review = review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    assert may_undo(other_staff, checkpoint) is None
    with pytest.raises(NotAllowed):
        undo_review(actor=other_staff, checkpoint=checkpoint, review=review)
    unpin_checkpoint(actor=other_staff, checkpoint=checkpoint)
    with pytest.raises(Conflict, match="grace unpinned it meanwhile"):
        undo_review(actor=staff, checkpoint=checkpoint, review=review)


def test_a_clock_that_goes_back_does_not_confuse_the_order(checkpoint_row, staff):
    future = timezone.now() + timedelta(hours=1)
    checkpoint = checkpoint_row(reviewed_at=future)
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    assert again(checkpoint).reviewed_at > future
