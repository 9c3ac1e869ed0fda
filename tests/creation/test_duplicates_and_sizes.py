"""What earlier runs tell: that the same was run before, and how large the next will be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.contract.status import Status
from runs.creation.services import create_session
from runs.errors import InputInvalid
from runs.models import Project, Run

from .conftest import answer, asked, payloads, reread

pytestmark = pytest.mark.django_db


def ended(run, status=Status.COMPLETED, **fields):
    Run.objects.filter(pk=run.pk).update(status=status, **fields)


def made(session):
    return Run.objects.get(pk=session.result["run_id"])


# duplicate_run


def test_it_says_who_ran_the_same_when_and_with_what_result(begin_run, other_member):
    first = made(begin_run(owner=other_member, label="first"))
    ended(first, reason="exit code 0")
    session = begin_run()
    assert asked(session) == ("duplicate_run", ["decision"])
    reason = session.pending_input["reason"]
    for word in ("grace", first.pk, "first", "optics", "completed: exit code 0"):
        assert word in reason


def test_reusing_ends_with_that_run_and_writes_nothing(begin_run, settings):
    first = made(begin_run())
    session = answer(begin_run(), decision="reuse")
    assert session.state == "done"
    assert session.result["run_id"] == first.pk
    assert session.result["reused"] is True
    assert Run.objects.count() == 1
    root = settings.FUSIONWEB_STATUS_DIRS[0]
    assert list((root / ".sessions").iterdir()) == []
    assert payloads(session, "done")[0]["result"] == session.result


def test_running_it_once_more_makes_another(begin_run):
    first = made(begin_run())
    session = answer(begin_run(), decision="new")
    assert session.state == "done"
    assert made(session) != first


def test_a_run_from_the_launch_pad_counts_as_well(begin_run, make_run, asking_program):
    program = asking_program()
    make_run(program=program, config_text="; other comments\n[a]\nsteps=10\n")
    assert asked(begin_run(program=program))[0] == "duplicate_run"


@pytest.mark.parametrize("changes", [{"seed": 3}, {"overrides": {"a": {"steps": 11}}}])
def test_another_seed_or_value_is_another_run(begin_run, changes):
    begin_run()
    assert begin_run(**changes).state == "done"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.LOST])
def test_what_never_came_to_a_result_is_not_told(begin_run, status):
    ended(made(begin_run()), status)
    assert begin_run().state == "done"


def test_tests_are_compared_with_tests(begin_run):
    begin_run(run_kind="test")
    assert begin_run().state == "done"
    assert asked(begin_run(run_kind="test"))[0] == "duplicate_run"


def test_a_completed_one_is_preferred(begin_run):
    first = made(begin_run())
    ended(first)
    ended(made(answer(begin_run(), decision="new")), Status.FAILED)
    assert first.pk in begin_run().pending_input["reason"]


def test_what_somebody_may_not_see_is_not_told(begin_run, other_member, project, asking_program):
    closed = Project.objects.create(slug="secret", is_open=False)
    closed.members.add(other_member)
    begin_run(owner=other_member, project="secret")
    assert begin_run().state == "done"
    assert asked(begin_run(owner=other_member))[0] == "duplicate_run"


def test_a_run_deleted_meanwhile_is_not_reused(begin_run):
    first = made(begin_run())
    session = begin_run()
    first.delete()
    with pytest.raises(InputInvalid, match="deleted"):
        answer(session, decision="reuse")
    assert answer(reread(session), decision="new").state == "done"


# size_estimate


@pytest.fixture
def past_run(begin_run, project, job_row):
    """A completed run of 10 steps, 1,000 bytes and 60 seconds."""
    run = made(begin_run())
    now = timezone.now()
    ended(run, started_at=now - timedelta(seconds=60), ended_at=now)
    job_row(ordered_run=run, size_bytes=1000)
    return run


def limit(project, **fields):
    Project.objects.filter(pk=project.pk).update(**fields)


def test_it_asks_where_the_estimate_is_more_than_the_project_allows(begin_run, past_run, project):
    limit(project, most_output_bytes=5000, most_run_seconds=10_000)
    session = begin_run(overrides={"a": {"steps": 100}})
    assert asked(session) == ("size_estimate", ["confirm", "reduce_to"])
    assert session.pending_input["reason"] == (
        "About 10 KB and 10 min 0 s, by 1 completed run of the same program and template, "
        "scaled by steps; optics allows 5 KB and 2 h 46 min."
    )
    assert session.pending_input["fields"][1]["hint"] == "100 now; 50 would do"


def test_it_can_be_confirmed(begin_run, past_run, project):
    limit(project, most_run_seconds=100)
    session = answer(begin_run(overrides={"a": {"steps": 100}}), confirm=True)
    assert session.state == "done"
    assert [each["code"] for each in session.result["findings"]] == ["size_estimate"]


def test_it_can_be_reduced(begin_run, past_run, project):
    limit(project, most_output_bytes=5000)
    session = answer(begin_run(overrides={"a": {"steps": 100}}), reduce_to=50)
    assert session.state == "done"
    assert "steps = 50" in made(session).config_path.read_text()


def test_reduced_too_little_it_asks_again(begin_run, past_run, project):
    limit(project, most_output_bytes=5000)
    session = answer(begin_run(overrides={"a": {"steps": 100}}), reduce_to=60)
    assert "About 6 KB" in session.pending_input["reason"]
    session = answer(session, confirm=True)
    assert "steps = 60" in made(session).config_path.read_text()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reduce_to": 0}, "reduce_to"),
        ({"reduce_to": 100}, "reduce_to"),
        ({"reduce_to": "x"}, "reduce_to"),
        ({}, "confirm"),
        ({"confirm": False}, "confirm"),
    ],
)
def test_it_wants_less_or_a_word(begin_run, past_run, project, given, field):
    limit(project, most_output_bytes=5000)
    session = begin_run(overrides={"a": {"steps": 100}})
    with pytest.raises(InputInvalid) as raised:
        answer(session, **given)
    assert raised.value.field == field


def test_within_the_limits_nobody_asks(begin_run, past_run, project):
    limit(project, most_output_bytes=5000)
    assert begin_run(overrides={"a": {"steps": 40}}).state == "done"


def test_without_any_comparable_run_it_only_warns(begin_run, project):
    limit(project, most_output_bytes=5000)
    session = begin_run()
    assert session.state == "done"
    assert "is not known" in session.result["findings"][0]["message"]


def test_a_run_without_its_configuration_tells_nothing(begin_run, past_run, project):
    past_run.config_path.unlink()
    limit(project, most_output_bytes=1)
    assert begin_run(overrides={"a": {"steps": 40}}).state == "done"


def test_a_project_without_limits_asks_nothing_and_says_nothing(begin_run, past_run):
    assert begin_run(overrides={"a": {"steps": 999}}).result["findings"] == []


def test_the_bundled_simulator_says_what_it_grows_with(program):
    from runs.creation.estimate import scale_keys

    assert [key[-1] for key in scale_keys(program.schema)] == ["num_requests", "max_iters"]


def test_a_session_of_a_closed_project_is_not_for_everybody(member, begin_run, asking_program):
    from runs.errors import ProjectNotFound

    Project.objects.create(slug="secret", is_open=False)
    inputs = {"project": "secret", "program": asking_program().slug, "label": "x"}
    with pytest.raises(ProjectNotFound):
        create_session(owner=member, kind="run", inputs=inputs)
