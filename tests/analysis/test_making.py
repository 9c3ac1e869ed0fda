"""The runs of a large batch are made in chunks, by whichever supervisor comes first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from runs.analysis import making
from runs.analysis.making import make_chunk, make_runs, make_waiting, unfinished
from runs.analysis.services import create_batch
from runs.contract.status import Status
from runs.lifecycle.services import frozen_configuration
from runs.lifecycle.supervisor.sweep import remove_half_made
from runs.models import Batch, Event, Iteration, Run
from tests.conftest import manage_environment

from .asking import sweep, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch):
    """Four runs with the batch and in the queue, two at a time."""
    monkeypatch.setattr(making, "MADE_AT_ONCE", 4)
    monkeypatch.setattr("runs.analysis.services.MADE_AT_ONCE", 4)
    monkeypatch.setattr(making, "CHUNK", 2)


@pytest.fixture
def large(member, script_program, small_chunks):
    """Of nine iterations, four are made."""
    program = script_program("")
    return create_batch(owner=member, request=sweep(program, [1, 2, 3], num_iterations=3))


def go_on():
    return make_waiting(lambda: False)


def end_all(batch):
    batch.runs.update(status=Status.COMPLETED)


def test_it_makes_no_more_than_the_queue_shall_hold(large):
    assert not go_on()
    assert large.runs.count() == 4


def test_it_makes_the_next_ones_as_the_queue_empties(large):
    first = list(large.runs.order_by("created_at")[:2])
    Run.objects.filter(pk__in=[run.pk for run in first]).update(status=Status.RUNNING)
    assert go_on()
    assert large.runs.count() == 6
    places = large.runs.order_by("created_at").values_list("iteration__number", "iteration__point")
    assert list(places) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_it_makes_all_of_them_and_then_none(large):
    while large.runs.count() < 9:
        end_all(large)
        assert go_on()
    end_all(large)
    assert not go_on()
    large.refresh_from_db()
    assert (large.made, large.iterations.count()) == (9, 9)
    assert not unfinished()


def test_it_freezes_what_was_asked_for_at_first(large):
    end_all(large)
    go_on()
    last = large.iterations.select_related("run").get(point=1, number=1)
    assert frozen_configuration(last.run) == "[a]\nb = 2\nc = 2\n"
    assert last.run.seed == 1
    assert Event.objects.filter(subject=last.run_id, kind="run.created").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"cancel_requested_at": timezone.now()},
        {"status": Status.CANCELLED},
    ],
)
def test_it_makes_none_for_a_batch_that_is_to_end(large, fields):
    end_all(large)
    Batch.objects.filter(pk=large.pk).update(**fields)
    assert not go_on()
    assert make_runs(large, 2) == 0
    assert large.runs.count() == 4


def test_it_stops_when_told_to(large):
    end_all(large)
    assert not make_waiting(lambda: True)


def test_it_makes_nothing_twice_where_two_were_about_to(large):
    end_all(large)
    one, other = Batch.objects.get(pk=large.pk), Batch.objects.get(pk=large.pk)
    assert make_runs(one, 2) == 2
    assert make_runs(other, 2) == 0
    assert large.runs.count() == 6
    assert all(run.config_path.exists() for run in large.runs.all())


def test_it_goes_on_with_other_batches_where_one_cannot_be_read(
    large, member, script_program, caplog
):
    program = script_program("", slug="other")
    other = create_batch(owner=member, request=sweep(program, [1, 2, 3], num_iterations=3))
    end_all(large)
    end_all(other)
    type(large.program).objects.filter(pk=large.program_id).update(config_format="json")
    assert go_on()
    assert (large.runs.count(), other.runs.count()) == (4, 8)
    assert f"batch {large.pk}: its next runs wait" in caplog.text


def test_it_waits_for_space(large, settings):
    end_all(large)
    settings.FUSIONWEB_MIN_FREE_BYTES = 2**70
    assert not go_on()
    settings.FUSIONWEB_MIN_FREE_BYTES = 0
    assert go_on()


def test_it_looks_at_small_batches_no_more(member, script_program, large):
    create_batch(owner=member, request=wanted(script_program("")))
    assert [batch.pk for batch in unfinished()] == [large.pk]


def test_the_supervisor_makes_them(large, supervisor):
    end_all(large)
    supervisor.until(lambda: large.runs.count() == 8)


KILLED = """
import sys, django
django.setup()
from django.db import transaction
from runs.analysis.making import next_wanted, prepared, claim
from runs.models import Batch
batch = Batch.objects.select_related("project", "program", "owner").get(pk=sys.argv[1])
with prepared(batch, next_wanted(batch, 2)) as chunk, transaction.atomic():
    claim(batch, 2)
    chunk.insert()
    print("placed", flush=True)
    sys.stdin.read()
"""


def test_a_kill_in_the_middle_leaves_nothing_to_be_seen(
    transactional_db, large, settings, monkeypatch
):
    end_all(large)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, large.pk],
        env=manage_environment(settings),
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"placed\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    large.refresh_from_db()
    assert (large.made, large.runs.count(), large.iterations.count()) == (4, 4, 4)
    folder = Path(settings.FUSIONWEB_STATUS_DIRS[0]) / "optics" / "default" / "many"
    assert len(list(folder.iterdir())) == 6
    make_chunk(large)
    assert large.runs.count() == 6
    assert {path.name for path in folder.iterdir()} == set(large.runs.values_list("pk", flat=True))


def test_what_was_half_made_is_removed_in_time(large, settings):
    root = Path(settings.FUSIONWEB_STATUS_DIRS[0]) / ".staging"
    old = root / f"{large.pk}.0badcafe"
    (old / "run").mkdir(parents=True)
    os.utime(old, (0, 0))
    remove_half_made()
    assert not old.exists()


def test_a_run_takes_the_place_of_an_earlier_one(large):
    earlier = large.iterations.select_related("run").get(point=0, number=0).run
    Iteration.objects.filter(run=earlier).update(metrics={"x": [[None, 1]]}, problem="bad")
    again = [making.Wanted(0, 0, earlier.pk)]
    with making.prepared(large, again) as chunk, transaction.atomic():
        chunk.insert()
    place = large.iterations.select_related("run").get(point=0, number=0)
    assert place.run.origin == earlier
    assert place.run.origin_kind == Run.Origin.RETRY
    assert (place.metrics, place.problem) == (None, "")
    assert place.run.seed == earlier.seed
    assert large.iterations.count() == 4


def test_it_holds_the_database_for_inserting_only(large, monkeypatch):
    """Files are written while others may write to the database."""
    end_all(large)
    with making.prepared(large, making.next_wanted(large, 2)) as chunk:
        assert not Run.objects.filter(pk=chunk.runs[0].pk).exists()
        assert all((chunk.staging / run.pk / "config.ini").exists() for run in chunk.runs)
    assert not chunk.staging.exists()
