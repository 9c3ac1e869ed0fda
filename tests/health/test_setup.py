"""Whether anything can be made at all."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from runs.errors import SetupIncomplete
from runs.health.setup import require_setup, setup_state
from runs.models import Program, Run, Supervisor
from runs.models.supervisor import DOWN_AFTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive(db):
    return Supervisor.objects.create(
        name="s", host="lab-1", pid=4711, heartbeat_at=timezone.now(), slots=2
    )


def fields():
    return [each.field for each in setup_state().missing]


def test_with_program_templates_and_supervisor_it_is_ready(program, alive):
    assert (setup_state().state, setup_state().missing) == ("ready", ())
    require_setup()


def test_a_fresh_database_lacks_a_program(alive):
    assert setup_state().state == "incomplete_no_program"
    assert fields() == ["program", "templates"]


def test_a_program_that_is_switched_off_is_none(program, alive):
    Program.objects.update(enabled=False)
    assert setup_state().state == "incomplete_no_program"


def test_a_program_alone_lacks_a_template(script_program, alive):
    script_program("")
    assert setup_state().state == "incomplete_no_templates"
    with pytest.raises(SetupIncomplete, match="No program has a template"):
        require_setup()


def test_templates_of_a_program_that_is_switched_off_do_not_count(program, script_program, alive):
    script_program("")
    Program.objects.filter(slug="fusion-sim").update(enabled=False)
    assert setup_state().state == "incomplete_no_templates"


def test_who_brings_a_text_needs_no_template(script_program, alive):
    script_program("")
    require_setup(with_text=True)


def test_where_something_has_run_no_template_is_missed(run_row, alive):
    run_row(status="completed")
    assert setup_state().state == "ready"


def test_a_root_that_cannot_be_made_is_missing(program, alive, settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "file" / "status"]
    assert setup_state().state == "incomplete_no_data_root"
    with pytest.raises(SetupIncomplete) as refused:
        require_setup(with_text=True)
    assert refused.value.state == "incomplete_no_data_root"


def test_a_dangling_link_is_no_root(program, alive, settings, tmp_path):
    (tmp_path / "mount").symlink_to(tmp_path / "gone")
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "mount"]
    assert setup_state().state == "incomplete_no_data_root"


def test_a_root_that_is_not_there_yet_is_made_with_the_first_run(program, alive, settings):
    assert not settings.FUSIONWEB_STATUS_DIRS[0].exists()
    assert setup_state().state == "ready"


def test_without_a_supervisor_runs_may_wait(program):
    assert setup_state().state == "incomplete_supervisor_down"
    assert not setup_state().refuses
    require_setup()


def test_a_supervisor_that_is_silent_is_down(program, alive):
    Supervisor.objects.update(heartbeat_at=timezone.now() - DOWN_AFTER - timedelta(seconds=1))
    assert fields() == ["supervisor"]


def test_it_says_all_that_is_missing_the_first_to_mend_first(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "file" / "status"]
    assert fields() == ["data_root", "program", "templates", "supervisor"]
    with pytest.raises(SetupIncomplete) as refused:
        require_setup()
    assert all(each.reason in refused.value.message for each in refused.value.missing)


def test_it_asks_the_database_once(program, alive, django_assert_num_queries):
    with django_assert_num_queries(1):
        setup_state()


def test_a_terminal_is_told(capsys, staff, script_program):
    script_program("")
    with pytest.raises(SystemExit) as ended:
        call_command("launch", "script", "--template", "none", "--create-project")
    assert ended.value.code == 2
    assert "No program has a template" in capsys.readouterr().err
    assert not Run.objects.exists()


def test_a_terminal_with_a_text_launches(staff, script_program, tmp_path):
    script_program("")
    (tmp_path / "c.ini").write_text("[a]\nb = 1\n")
    call_command("launch", "script", "--config", str(tmp_path / "c.ini"), "--create-project")
    assert Run.objects.count() == 1
