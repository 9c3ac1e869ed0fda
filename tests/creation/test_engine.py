"""Driven by whoever is there; whatever happens in a step ends the session as it should."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.contract.status import Status
from runs.creation.engine import MOST_ATTEMPTS, drive, drive_abandoned, take
from runs.creation.holding import withdraw_orphans
from runs.creation.services import cancel_session, resume_session
from runs.creation.states import State
from runs.errors import (
    InputInvalid,
    InputRequestStale,
    SessionAlreadyCompleted,
    SessionNotAwaitingInput,
)
from runs.models import CreationSession, Run

from .conftest import answer, asked, payloads, reread, told

pytestmark = pytest.mark.django_db


def set_back(session, state, **fields):
    """As a driver that was killed in that state has left it, half a minute ago."""
    past = timezone.now() - timedelta(seconds=30)
    fields = {"driven_until": past, "touched_at": past, "ended_at": None, **fields}
    CreationSession.objects.filter(pk=session.pk).update(state=state, **fields)


def resume(session, request_id=None, **fields):
    request_id = request_id or session.pending_input["request_id"]
    return resume_session(
        actor=session.owner, session=session, request_id=request_id, extra_inputs=fields
    )


# answering


def test_a_stale_request_is_told_from_the_present_one(begin_run):
    session = begin_run("[a]\nrat = 1\n")
    before = session.pending_input["request_id"]
    session = answer(session, decision="drop")
    assert asked(session)[0] == "missing_required"
    with pytest.raises(InputRequestStale):
        resume(session, request_id=before, **{"a.steps": 1})


def test_of_two_answers_to_one_question_the_first_counts(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    other = reread(session)
    assert resume(session, **{"a.steps": 1}).state == "done"
    with pytest.raises(InputRequestStale):
        resume(other, **{"a.steps": 2})
    assert Run.objects.count() == 1


def test_where_nothing_is_asked_there_is_nothing_to_answer(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    CreationSession.objects.update(state=State.CHECK_PASS, pending_input=None)
    with pytest.raises(SessionNotAwaitingInput):
        resume(reread(session), request_id="x")


def test_what_has_ended_takes_no_answer_and_no_cancellation(begin_run, member):
    session = begin_run()
    with pytest.raises(SessionAlreadyCompleted):
        resume(session, request_id="x")
    with pytest.raises(SessionAlreadyCompleted):
        cancel_session(actor=member, session=session, discard_files=True)


def test_an_answer_that_does_not_fit_changes_nothing(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    with pytest.raises(InputInvalid):
        resume(session, **{"a.steps": "x"})
    assert (reread(session).revision, reread(session).answers) == (session.revision, {})
    assert told(session)[-1] == "input_required"


def test_answering_is_told_of_before_the_checks_go_on(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    request_id = session.pending_input["request_id"]
    kinds = told(resume(session, **{"a.steps": 1}))
    assert payloads(session, "input_accepted")[0]["request_id"] == request_id
    assert kinds.index("input_accepted") > kinds.index("input_required")


# drivers


def test_what_is_held_by_one_is_not_driven_by_another(begin_run):
    session = begin_run()
    set_back(session, State.PENDING, driven_until=None)
    assert take(session.pk) is not None
    assert take(session.pk) is None
    assert drive(session.pk).state == "pending"
    assert drive_abandoned() == 0


@pytest.mark.parametrize("state", ["pending", "validating", "rendering", "check_pass"])
def test_the_supervisor_goes_on_from_any_step_before_the_records(begin_run, state, supervisor):
    session = begin_run()
    Run.objects.all().delete()
    set_back(session, state, result=None)
    supervisor.next_heartbeat = 0
    supervisor.step()
    session = reread(session)
    assert (session.state, session.error) == ("failed" if session.error else "done", session.error)


def test_a_draft_is_nobodys_to_drive(member):
    from runs.creation.services import begin_draft

    draft = begin_draft(owner=member, kind="run", inputs={}, step="")
    set_back(draft, State.PENDING)
    assert drive_abandoned() == 0
    assert drive(draft.pk).state == "pending"


def test_what_waits_for_an_answer_is_not_driven(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    set_back(session, State.INPUT_REQUIRED)
    assert drive_abandoned() == 0


def test_what_no_driver_survives_fails_at_last(begin_run):
    session = begin_run()
    set_back(session, State.RENDERING, attempts=MOST_ATTEMPTS)
    session = drive(session.pk)
    assert session.state == "failed"
    assert payloads(session, "failed")[0]["phase"] == "rendering_template"


BROKEN = """
class Broken:
    name, label, position = "broken", "broken", 50
    def look(self, draft, answer): raise {what}
    accept = apply = lambda self, draft, answer: draft
    def remarks(self, draft): return []
check = Broken()
"""


@pytest.mark.parametrize("what", ["RuntimeError('secret')", "KeyError('x')", "RecursionError()"])
def test_a_fault_of_ours_ends_it_with_its_phase_and_leaks_nothing(begin_run, install_check, what):
    install_check(BROKEN.format(what=what))
    session = begin_run()
    assert session.state == "failed"
    assert session.error["code"] == "internal_error"
    assert "secret" not in str(session.error)
    [failed] = payloads(session, "failed")
    assert (failed["phase"], failed["error"]) == ("running_checks", session.error)
    assert told(session)[-1] == "failed"


def test_its_error_has_the_shape_of_all_errors(begin_run, asking_program, tmp_path):
    session = begin_run("[a]\nrate = 1\n")
    (tmp_path / "templates" / "asker" / "base.ini").write_text("[a]\nrate = 1\nmode = sideways\n")
    CreationSession.objects.update(state=State.CHECK_PASS, pending_input=None)
    session = drive(session.pk)
    assert (session.state, session.error["code"]) == ("failed", "validation_failed")
    assert session.error["details"][0]["path"] == "a.mode"
    assert set(session.error) == {"code", "message", "field", "details", "trace_id"}


# runs that are held


def held(begin_run, state, **fields):
    session = begin_run()
    future = timezone.now() + timedelta(minutes=5)
    Run.objects.update(claimed_by=f"session:{session.pk}", claimed_until=future, **fields)
    set_back(session, state)
    return session


def test_a_held_run_takes_no_slot_and_is_not_launched(begin_run, supervisor, make_run, settings):
    settings.FUSIONWEB_MAX_RUNNING = 1
    session = held(begin_run, State.INPUT_REQUIRED)
    run = supervisor.until_status(make_run(), Status.COMPLETED)
    assert run.status == Status.COMPLETED
    assert Run.objects.get(pk=session.target).status == Status.PENDING


def test_a_held_run_whose_time_is_up_is_not_launched_either(begin_run, supervisor):
    session = held(begin_run, State.INPUT_REQUIRED)
    Run.objects.update(claimed_until=timezone.now() - timedelta(hours=1))
    supervisor.next_heartbeat = 0
    supervisor.step()
    assert Run.objects.get(pk=session.target).status == Status.PENDING


@pytest.mark.parametrize("state", [State.POST_VALIDATE, State.RUN_QUEUED])
def test_the_supervisor_finishes_what_was_written(begin_run, supervisor, state):
    session = held(begin_run, state)
    supervisor.until_status(Run.objects.get(pk=session.target), Status.COMPLETED)
    assert reread(session).state == "done"


def test_a_run_that_is_not_as_it_was_written_goes_with_its_session(begin_run):
    session = held(begin_run, State.POST_VALIDATE)
    run = Run.objects.get()
    run.config_path.write_text("[a]\nsteps = broken\n")
    session = drive(session.pk)
    run.refresh_from_db()
    assert (session.state, session.failed_phase) == ("failed", "validating_post_creation")
    assert run.status == Status.FAILED
    assert run.reason.startswith("its creation session failed: a.steps")
    assert session.result["run_id"] == run.pk


def test_a_run_whose_directory_vanished_goes_with_its_session(begin_run, tmp_path):
    session = held(begin_run, State.POST_VALIDATE)
    Run.objects.get().directory.rename(tmp_path / "away")
    assert drive(session.pk).state == "failed"
    assert Run.objects.get().status == Status.FAILED


@pytest.mark.parametrize("what", ["deleted", "ended"])
def test_a_held_run_without_its_session_does_not_wait_for_ever(begin_run, what):
    session = held(begin_run, State.FAILED)
    assert withdraw_orphans() == 0
    Run.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    if what == "deleted":
        session.delete()
    assert withdraw_orphans() == 1
    run = Run.objects.get()
    assert (run.status, run.claimed_by) == (Status.FAILED, "")


def test_a_held_run_with_its_session_waits(begin_run):
    held(begin_run, State.POST_VALIDATE)
    Run.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert withdraw_orphans() == 0
