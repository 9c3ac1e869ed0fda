"""What a short run costs, and that nothing is lost by asking less."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.alerts.services import raise_alert
from runs.contract.status import Status
from runs.lifecycle.supervisor.alarm import Woken
from runs.lifecycle.supervisor.analysts import Analysts
from runs.models import Alert, Event, Run
from tests.conftest import InlineSupervisor

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def two_slots(settings):
    settings.FUSIONWEB_MAX_RUNNING = 2


def without_the_clock(supervisor):
    supervisor.next_heartbeat = supervisor.next_sweep = float("inf")
    supervisor.analysts = Analysts()
    supervisor.analysts.next_look = float("inf")


def all_ended():
    return not Run.objects.filter(status__in=[Status.PENDING, Status.RUNNING]).exists()


def failing_jobs():
    """The transaction of a launch fails at its last statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER no_jobs BEFORE INSERT ON runs_job "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )


def mended():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS no_jobs")


def test_a_run_of_its_own_takes_eight_writes(make_run, supervisor):
    make_run()
    supervisor.until(all_ended)
    make_run()
    without_the_clock(supervisor)
    supervisor.asked = True
    with CaptureQueriesContext(connection) as captured:
        supervisor.until(all_ended)
    writes = [q["sql"] for q in captured.captured_queries if q["sql"].startswith(WRITES)]
    # claimed, its turn; running, told, job; ended, told, job
    assert len(writes) == 8, [write[:60] for write in writes]


def test_it_asks_nothing_while_nothing_happens(make_run, supervisor):
    make_run("import time; time.sleep(60)")
    supervisor.until(lambda: supervisor.watched)
    without_the_clock(supervisor)
    supervisor.asked = False
    with CaptureQueriesContext(connection) as captured:
        assert supervisor.step() is False
    assert captured.captured_queries == []


def test_the_bell_and_a_second_of_quiet_have_it_ask_again(supervisor):
    supervisor.asked = False
    supervisor.take_up(Woken(changed={"gone"}))
    assert supervisor.asked is False
    supervisor.take_up(Woken(rang=True))
    assert supervisor.asked is True


def test_it_fills_all_slots_in_one_step(make_run, supervisor, two_slots):
    for _ in range(3):
        make_run("import time; time.sleep(60)")
    assert supervisor.step() is True
    assert len(supervisor.watched) == 2
    assert Run.objects.filter(status=Status.PENDING, claimed_by="").count() == 1


def test_it_begins_again_what_it_claimed_and_could_not_write_down(
    make_run, supervisor, two_slots, request
):
    runs = [make_run("open('starts', 'a').write('x')") for _ in range(2)]
    failing_jobs()
    request.addfinalizer(mended)
    supervisor.attempt_step()
    assert Run.objects.filter(status=Status.PENDING).exclude(claimed_by="").count() == 2
    mended()
    supervisor.until(all_ended)
    assert all((run.directory / "starts").read_text() == "x" for run in runs)
    assert supervisor.unbegun == []


def test_what_is_gone_before_it_has_begun_keeps_no_slot(make_run, supervisor, two_slots):
    runs = [make_run("open('starts', 'a').write('x')") for _ in range(3)]
    supervisor.unbegun = ["0" * 12]
    supervisor.until(lambda: Run.objects.filter(status=Status.COMPLETED).count() == 3)
    assert all((run.directory / "starts").read_text() == "x" for run in runs)


def test_a_half_launch_of_a_dead_supervisor_and_a_free_slot_go_together(
    make_run, supervisor, two_slots
):
    abandoned, waiting = make_run(), make_run()
    Run.objects.filter(pk=abandoned.pk).update(claimed_by="dead", claimed_until=None)
    supervisor.step()
    assert supervisor.watched.keys() == {abandoned.pk, waiting.pk}


def test_the_alert_of_a_lost_run_ends_when_it_is_found(make_run, supervisor):
    run = supervisor.until_status(make_run("raise SystemExit(5)"), Status.FAILED)
    Run.objects.filter(pk=run.pk).update(status=Status.LOST)
    raise_alert(cause=f"run:{run.pk}:lost", kind=Alert.Kind.JOB_LOST, message="m")
    supervisor.next_sweep = 0
    supervisor.until_status(run, Status.FAILED)
    assert Alert.objects.get(cause=f"run:{run.pk}:lost").over_at is not None


def test_a_run_that_another_supervisor_has_lost_meanwhile_is_found(make_run, supervisor):
    run = make_run("import time; time.sleep(0.5)")
    supervisor.until_status(run, Status.RUNNING)
    Run.objects.filter(pk=run.pk).update(status=Status.LOST)
    supervisor.until_status(run, Status.COMPLETED)
    assert Event.objects.filter(subject=run.pk, kind="run.completed").count() == 1


def test_two_supervisors_leave_each_other_their_slots(make_run, supervisor, two_slots):
    for _ in range(4):
        make_run("import time; time.sleep(60)")
    second = InlineSupervisor("second")
    with second.alarm:
        supervisor.step()
        second.step()
        assert (len(supervisor.watched), len(second.watched)) == (2, 0)
