"""Nothing is created that would not work; what is created is frozen as shown."""

import json
import shutil
from pathlib import Path

import pytest

from runs.contract.status import Status
from runs.errors import (
    ConfigurationInvalid,
    DiskSpaceInsufficient,
    NameInvalid,
    NotFound,
    ProgramUnusable,
    RunAlreadyCreated,
)
from runs.lifecycle.services import RunRequest, clone_run, create_run, retry_run
from runs.models import Event, Run

pytestmark = pytest.mark.django_db


def nothing_exists(settings):
    root = Path(settings.FUSIONWEB_STATUS_DIRS[0])
    files = [path for path in root.rglob("*") if path.is_file()]
    return not Run.objects.exists() and not Event.objects.exists() and not files


@pytest.mark.parametrize("name", ["<script>", "../up", "two words", "x" * 300, "", ".hidden"])
def test_it_refuses_names_that_cannot_be_directories(make_run, settings, name):
    with pytest.raises(NameInvalid):
        make_run(name=name)
    assert nothing_exists(settings)


def test_it_names_section_key_and_line_of_every_problem(member, project, program, settings):
    request = RunRequest(
        program=program,
        project=project,
        name="bad",
        template="quick_seconds",
        overrides={"general_settings": {"erlang_start": "many", "no_such_key": 1}},
    )
    with pytest.raises(ConfigurationInvalid) as caught:
        create_run(owner=member, request=request)
    problems = {problem.key: problem for problem in caught.value.problems}
    assert problems["erlang_start"].section == "general_settings"
    assert problems["erlang_start"].line > 1
    assert "no_such_key" in problems
    assert nothing_exists(settings)


def test_it_refuses_text_that_does_not_parse(make_run, settings):
    with pytest.raises(ConfigurationInvalid):
        make_run(config_text="erlang = 1\n[late section]")
    assert nothing_exists(settings)


def test_it_refuses_a_program_that_is_not_executable(make_run, script_program, settings):
    program = script_program("pass", command="/etc/passwd {config}")
    with pytest.raises(ProgramUnusable):
        make_run(program=program)
    assert nothing_exists(settings)


def test_it_refuses_an_unknown_template(make_run, settings):
    with pytest.raises(NotFound):
        make_run(template="../../etc/passwd")
    assert nothing_exists(settings)


def test_it_refuses_when_the_disk_is_full(make_run, settings):
    settings.FUSIONWEB_MIN_FREE_BYTES = shutil.disk_usage("/").total * 2
    with pytest.raises(DiskSpaceInsufficient):
        make_run()
    assert nothing_exists(settings)


def test_it_leaves_nothing_where_the_directory_cannot_be_made(make_run, settings):
    root = Path(settings.FUSIONWEB_STATUS_DIRS[0])
    root.mkdir()
    (root / "optics").write_text("a file where a project belongs")
    with pytest.raises(OSError):
        make_run()
    assert not Run.objects.exists()
    assert not list((root / ".staging").iterdir())


def test_it_makes_one_run_of_one_id(make_run, member, project, script_program):
    request = RunRequest(
        program=script_program("pass"), project=project, name="once", config_text="[a]\nb = 1\n"
    )
    create_run(owner=member, request=request, run_id="0123456789ab")
    with pytest.raises(RunAlreadyCreated):
        create_run(owner=member, request=request, run_id="0123456789ab")
    assert Run.objects.count() == 1


def test_the_simulator_reads_what_the_page_shows(member, project, program, supervisor):
    request = RunRequest(
        program=program,
        project=project,
        name="proof",
        template="quick_seconds",
        overrides={
            "general_settings": {
                "erlang_start": 40,
                "erlang_stop": 40,
                "max_iters": 2,
                "num_requests": 50,
            }
        },
    )
    run = create_run(owner=member, request=request)
    shown = run.config_path.read_text()
    supervisor.until_status(run, Status.COMPLETED)
    read = json.loads((run.directory / "output" / "effective_config.json").read_text())
    assert "num_requests = 50" in shown
    assert '"num_requests": 50' in json.dumps(read)


def test_it_retries_with_the_same_configuration(make_run, supervisor, member):
    run = supervisor.until_status(
        make_run("raise SystemExit(1)", config_text="[a]\nb = 2\n"), Status.FAILED
    )
    again = retry_run(actor=member, run=run)
    assert again.status == Status.PENDING
    assert again.config_path.read_text() == run.config_path.read_text()
    assert (again.origin, again.origin_kind) == (run, Run.Origin.RETRY)


def test_anybody_may_clone_and_owns_the_clone(make_run, other_member):
    run = make_run(config_text="[a]\nb = 2\n")
    copy = clone_run(actor=other_member, run=run, overrides={"a": {"b": 3}}, name="other")
    assert copy.owner == other_member
    assert copy.config_path.read_text() == "[a]\nb = 3\n"
    assert run.config_path.read_text() == "[a]\nb = 2\n"
