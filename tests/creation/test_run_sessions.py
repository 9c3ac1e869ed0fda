"""A run session from its wish to the queue."""

from datetime import date

import pytest

from runs.contract.status import Status
from runs.creation.selectors import answer_of
from runs.creation.services import create_session
from runs.errors import ConfigurationInvalid, InvalidInput, NotFound
from runs.models import CreationSession, Run

from .conftest import payloads, told

pytestmark = pytest.mark.django_db


def test_it_makes_a_run_and_queues_it(begin_run, member, project):
    session = begin_run(objective="find out", overrides={"a": {"steps": 20}})
    assert session.state == "done"
    run = Run.objects.get(pk=session.target)
    assert (run.status, run.claimed_by, run.owner, run.name) == (Status.PENDING, "", member, "try")
    assert run.config_path.read_text() == "[a]\nsteps = 20\n"
    assert run.notes == "find out"


def test_its_answer_says_where_it_is(begin_run):
    session = begin_run()
    run = Run.objects.get()
    assert answer_of(session) == {
        "session_id": session.pk,
        "kind": "run",
        "state": "done",
        "current_phase": "done",
        "next_action": "view_result",
        "pending_input": None,
        "error": None,
        "result": {"run_id": run.pk, "path": str(run.directory), "findings": []},
    }


def test_it_tells_of_every_phase_in_order(begin_run):
    session = begin_run()
    phases = [payload["phase"] for payload in payloads(session, "phase")]
    assert phases == [
        "validating_inputs",
        "rendering_template",
        "running_checks",
        "writing_records",
        "validating_post_creation",
        "queueing_run",
    ]
    kinds = told(session)
    assert (kinds[0], kinds[-1]) == ("created", "done")
    assert kinds.count("done") == 1


def test_it_tells_how_far_the_checks_are(begin_run):
    found = payloads(begin_run(), "progress")
    assert [each["current"] for each in found] == list(range(1, found[0]["total"] + 1))
    assert all(each["phase"] == "running_checks" and each["label"] for each in found)


def test_its_readme_says_who_and_what_for(begin_run):
    session = begin_run(
        operator="Ada\u00a0L.", objective="Find out.", seed=7, run_date=str(date(2026, 2, 3)),
        readme_extra={"weather": "fine\n# not a heading"},
    )  # fmt: skip
    text = (Run.objects.get().directory / "README.md").read_text()
    assert text.startswith("# try\n")
    assert f"- Run: {session.target}\n" in text
    assert "- Operator: Ada L.\n" in text
    assert "- Date: 2026-02-03\n" in text
    assert "- weather: fine # not a heading\n" in text
    assert text.endswith("\nFind out.\n")


def test_it_leaves_nothing_of_its_own_behind(begin_run, settings):
    begin_run()
    root = settings.FUSIONWEB_STATUS_DIRS[0]
    assert list((root / ".sessions").iterdir()) == []
    names = {path.name for path in Run.objects.get().directory.iterdir()}
    assert names == {"config.ini", ".template.ini", "README.md"}


def test_the_supervisor_runs_it(begin_run, supervisor):
    run = Run.objects.get(pk=begin_run().target)
    supervisor.until_status(run, Status.COMPLETED)


def test_variables_name_keys_without_sections(begin_run):
    begin_run(variables={"steps": 30})
    assert "steps = 30" in Run.objects.get().config_path.read_text()


def test_an_override_goes_before_a_variable(begin_run):
    begin_run(variables={"steps": 30}, overrides={"a": {"steps": 40}})
    assert "steps = 40" in Run.objects.get().config_path.read_text()


def test_a_test_run_is_marked(begin_run):
    begin_run(run_kind="test")
    assert Run.objects.get().purpose == Run.Purpose.TEST


BAD_WISHES = [
    ({"project": "nowhere"}, NotFound, None),
    ({"program": "nothing"}, NotFound, None),
    ({"template": "../../etc/passwd"}, NotFound, None),
    ({"label": "../up"}, InvalidInput, "label"),
    ({"label": ""}, InvalidInput, "label"),
    ({"label": "two\nlines"}, InvalidInput, "label"),
    ({"seed": -1}, InvalidInput, "seed"),
    ({"seed": "soon"}, InvalidInput, "seed"),
    ({"run_kind": "serious"}, InvalidInput, "run_kind"),
    ({"run_date": "yesterday"}, InvalidInput, "run_date"),
    ({"colour": "red"}, InvalidInput, "colour"),
    ({"variables": {"nothing": 1}}, InvalidInput, "variables.nothing"),
    ({"variables": {"steps": [[[[[[1]]]]]]}}, InvalidInput, None),
    ({"overrides": {"a": {"x": {"y": {"z": {"u": {"v": 1}}}}}}}, InvalidInput, None),
    ({"overrides": {"a": {"steps": "many"}}}, ConfigurationInvalid, "config"),
    ({"overrides": {"a": {"steps": 0}}}, ConfigurationInvalid, "config"),
    ({"operator": "x" * 201}, InvalidInput, "operator"),
    ({"objective": "nul \0"}, InvalidInput, "inputs"),
    ({"objective": "half \ud800"}, InvalidInput, "inputs"),
    ({"objective": "x" * 100_001}, InvalidInput, "objective"),
    ({"readme_extra": {"a": "x" * 100_001}}, InvalidInput, "readme_extra.a"),
    ({"readme_extra": {str(i): "x" for i in range(101)}}, InvalidInput, "readme_extra"),
    ({"readme_extra": {"a": 1}}, InvalidInput, "readme_extra.a"),
]


@pytest.mark.parametrize(
    ("changes", "error", "field"), BAD_WISHES, ids=lambda value: str(value)[:40]
)
def test_what_cannot_be_made_makes_no_session(begin_run, changes, error, field):
    with pytest.raises(error) as raised:
        begin_run(**changes)
    assert field is None or raised.value.field == field
    assert not CreationSession.objects.exists()
    assert not Run.objects.exists()


def test_a_backslash_before_u0000_is_a_text(begin_run):
    assert begin_run(objective="the escape \\u0000").state == "done"


def test_a_session_is_of_a_kind_that_there_is(member):
    with pytest.raises(InvalidInput, match="project or run"):
        create_session(owner=member, kind="batch", inputs={})


def test_fifty_sessions_under_way_are_enough(begin_run, member):
    session = begin_run("[a]\nstps = 1\n")
    CreationSession.objects.bulk_create(
        CreationSession(owner=member, kind="run", touched_at=session.touched_at) for _ in range(49)
    )
    with pytest.raises(InvalidInput, match="50 sessions"):
        begin_run()


def test_a_seed_goes_into_the_configuration_where_the_command_takes_none(begin_run, asking_program):
    schema = {"type": "object", "properties": {"a": {"properties": {"seed": {"type": "integer"}}}}}
    begin_run(program=asking_program("[a]\n", schema=schema), seed=7)
    run = Run.objects.get()
    assert "seed = 7" in run.config_path.read_text()
    assert run.seed == 7
