"""The whole machine as a table: what is allowed goes, all else changes nothing at all."""

from itertools import product

import pytest
from django.utils import timezone

from runs.creation.states import DRIVEN, FINAL, PHASES, State, may_go, next_action
from runs.creation.transitions import Told, move, stay
from runs.models import CreationSession, Event

from .conftest import reread

RUN = {
    "pending": {"validating"},
    "validating": {"rendering"},
    "rendering": {"check_pass"},
    "check_pass": {"input_required", "record_write", "done"},
    "input_required": {"check_pass"},
    "record_write": {"post_validate"},
    "post_validate": {"run_queued"},
    "run_queued": {"done"},
}
PROJECT = {
    "pending": {"validating"},
    "validating": {"rendering"},
    "rendering": {"check_pass"},
    "check_pass": {"record_write"},
    "input_required": {"check_pass"},
    "record_write": {"post_validate"},
    "post_validate": {"done"},
    "run_queued": {"done"},
}
TABLE = {"run": RUN, "project": PROJECT}
ENDS = {"failed", "aborted"}


def allowed(kind, source):
    known = TABLE[kind].get(source)
    return set() if known is None else known | ENDS


@pytest.mark.parametrize("kind", TABLE)
def test_the_table_is_the_machine(kind):
    for source, target in product(State.values, State.values):
        assert may_go(kind, source, target) == (target in allowed(kind, source)), (source, target)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", TABLE)
def test_the_database_holds_to_the_table(kind, member):
    for source, target in product(State.values, State.values):
        session = CreationSession.objects.create(
            owner=member, kind=kind, state=source, touched_at=timezone.now()
        )
        if target in allowed(kind, source):
            assert move(session, target)
            assert reread(session).state == session.state == target
        else:
            with pytest.raises(ValueError, match="no way"):
                move(session, target)
            assert reread(session).state == source


def test_every_state_is_driven_asks_or_is_final():
    assert DRIVEN | FINAL | {State.INPUT_REQUIRED} == set(State)
    assert not DRIVEN & FINAL


def test_phases_are_as_agreed():
    assert {str(state): phase for state, phase in PHASES.items()} == {
        "pending": None,
        "validating": "validating_inputs",
        "rendering": "rendering_template",
        "check_pass": "running_checks",
        "input_required": "input_required",
        "record_write": "writing_records",
        "post_validate": "validating_post_creation",
        "run_queued": "queueing_run",
        "done": "done",
        "failed": None,
        "aborted": None,
    }


def test_what_to_do_next_is_as_agreed():
    assert next_action("input_required") == "awaiting_input"
    assert {next_action(state) for state in FINAL} == {"view_result"}
    assert {next_action(state) for state in DRIVEN} == {"none"}


@pytest.fixture
def session(member):
    return CreationSession.objects.create(owner=member, kind="run", touched_at=timezone.now())


def kinds():
    return list(Event.objects.order_by("seq").values_list("kind", flat=True))


@pytest.mark.django_db
def test_of_two_who_move_it_one_wins(session):
    other = reread(session)
    assert move(session, State.VALIDATING)
    assert not move(other, State.ABORTED, events=[Told("aborted")])
    assert not stay(other, events=[Told("progress")])
    assert kinds() == ["session.phase"]
    assert (reread(session).state, other.state) == ("validating", "pending")


@pytest.mark.django_db
def test_what_happened_before_comes_before_the_phase(session):
    move(session, State.VALIDATING, before=[Told("warning")], events=[Told("progress")])
    assert kinds() == ["session.warning", "session.phase", "session.progress"]


@pytest.mark.django_db
def test_a_move_that_was_rolled_back_leaves_the_object_as_it_was(session):
    def break_down():
        raise OSError("the disk is full")

    with pytest.raises(OSError):
        move(session, State.VALIDATING, within=break_down)
    assert (session.state, session.revision) == ("pending", 0)
    assert kinds() == []
    assert move(session, State.FAILED, events=[Told("failed")])


@pytest.mark.django_db
def test_an_end_takes_the_question_away(session):
    session.pending_input = {"request_id": "x"}
    session.save()
    move(session, State.ABORTED)
    assert reread(session).pending_input is None
    assert reread(session).ended_at is not None
