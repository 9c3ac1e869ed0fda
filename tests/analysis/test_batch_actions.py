"""Cancel, retry and delete: what waits, what runs, and what has ended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.analysis.selectors import counts_of
from runs.analysis.services import (
    batch_size,
    cancel_batch,
    create_batch,
    delete_batch,
    retry_failed,
)
from runs.cleanup.deletion import discard_run
from runs.cleanup.trash import restore
from runs.contract.status import Status
from runs.errors import (
    BatchAlreadyFinished,
    BatchNotFound,
    BatchStillActive,
    Conflict,
    DiskSpaceInsufficient,
    NotAllowed,
    ProgramUnusable,
)
from runs.lifecycle.transitions import transition
from runs.models import Batch, Checkpoint, Event, Iteration, Run, RunDigest, Trash

from .asking import comparison, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(script_program):
    return script_program("")


@pytest.fixture
def made(member, quick):
    """A batch of three, made by the services; `fields` are the request's."""
    return lambda **fields: create_batch(owner=member, request=wanted(quick, **fields))


def begin(run):
    assert transition(run, to=Status.RUNNING, sources={Status.PENDING}, reason="")


def end(run, status=Status.COMPLETED):
    if run.status == Status.PENDING:
        begin(run)
    assert transition(run, to=status, sources={Status.RUNNING}, reason="")


def runs_of(batch):
    return list(batch.runs.select_related("project", "program", "owner").order_by("created_at"))


def fresh(batch):
    return Batch.objects.select_related("project", "program", "owner").get(pk=batch.pk)


def ended(batch, *statuses):
    """Each run ended so; the batch as the analyst leaves it."""
    for run, status in zip(runs_of(batch), statuses, strict=True):
        end(run, status)
    Batch.objects.filter(pk=batch.pk).update(status=Status.COMPLETED)
    return fresh(batch)


# its runs move the batch


def test_the_first_run_that_begins_has_the_batch_running(made):
    batch = made()
    first, second, _ = runs_of(batch)
    begin(first)
    begin(second)
    found = fresh(batch)
    assert found.status == Status.RUNNING
    assert found.started_at is not None
    assert Event.objects.filter(kind="batch.running").count() == 1


def test_each_end_of_a_run_makes_an_analysis_due(made):
    batch = made()
    first, second, _ = runs_of(batch)
    end(first)
    assert fresh(batch).revision == 1
    end(second, Status.FAILED)
    assert fresh(batch).revision == 2


def test_a_run_of_no_batch_costs_no_query_more(make_run):
    run = make_run()
    begin(run)
    with CaptureQueriesContext(connection) as queries:
        end(run)
    assert not [query for query in queries if "runs_batch" in query["sql"]]


def test_the_end_of_a_run_costs_its_batch_one_query(made):
    run = runs_of(made())[0]
    begin(run)
    with CaptureQueriesContext(connection) as queries:
        end(run)
    assert len([query for query in queries if "runs_batch" in query["sql"]]) == 1


# cancel


def test_it_cancels_all_that_waits_at_once(made, member):
    batch = made(num_iterations=40)
    with CaptureQueriesContext(connection) as queries:
        cancel_batch(actor=member, batch=batch)
    assert len(queries) < 25
    assert set(batch.runs.values_list("status", "reason")) == {
        ("cancelled", "cancelled before it started")
    }
    assert Event.objects.filter(kind="run.cancelled", payload__batch=batch.pk).count() == 40
    run = batch.runs.first()
    assert run.cancel_receipt["all_gone"]
    assert run.cancel_requested_by == member
    assert run.ended_at


def test_a_batch_that_runs_nothing_is_cancelled_with_that(made, member):
    batch = made()
    cancel_batch(actor=member, batch=batch)
    assert batch.status == Status.CANCELLED
    assert batch.reason == "0 of 3 completed before it was cancelled"
    assert fresh(batch).ended_at
    told = list(Event.objects.filter(topic="batches").order_by("seq").values_list("kind", "actor"))
    assert told[1:] == [("batch.cancel_requested", member.pk), ("batch.cancelled", None)]


def test_an_analysis_is_due_of_what_was_cancelled(made, member):
    batch = made()
    cancel_batch(actor=member, batch=batch)
    found = fresh(batch)
    assert found.revision > found.analysed_revision


def test_it_orders_what_runs_to_stop(made, member):
    batch = made()
    running = runs_of(batch)[0]
    begin(running)
    cancel_batch(actor=member, batch=batch, grace_seconds=1.5)
    running.refresh_from_db()
    assert running.status == Status.RUNNING
    assert running.cancel_requested_at
    assert running.cancel_grace_seconds == 1.5
    found = fresh(batch)
    assert (found.status, found.can_cancel) == (Status.RUNNING, False)
    assert counts_of(found).cancelled == 2


def test_it_orders_what_a_supervisor_has_claimed_to_stop(made, member):
    batch = made()
    Run.objects.filter(pk=runs_of(batch)[0].pk).update(claimed_by="supervisor")
    cancel_batch(actor=member, batch=batch)
    assert batch.runs.get(status=Status.PENDING).cancel_requested_at
    assert fresh(batch).status == Status.PENDING


def test_asking_twice_is_fine(made, member, staff):
    batch = made()
    begin(runs_of(batch)[0])
    cancel_batch(actor=member, batch=batch, grace_seconds=9)
    cancel_batch(actor=staff, batch=batch, grace_seconds=0)
    assert batch.runs.get(status=Status.RUNNING).cancel_grace_seconds == 0
    assert fresh(batch).cancel_requested_by == member


def test_it_cancels_nothing_that_has_ended(made, member):
    batch = ended(made(), *[Status.COMPLETED] * 3)
    with pytest.raises(BatchAlreadyFinished):
        cancel_batch(actor=member, batch=batch)
    assert not Event.objects.filter(kind="batch.cancel_requested").exists()


def test_it_makes_no_more_runs_of_what_was_cancelled(member, quick, monkeypatch):
    monkeypatch.setattr("runs.analysis.services.MADE_AT_ONCE", 2)
    batch = create_batch(owner=member, request=wanted(quick, num_iterations=5))
    cancel_batch(actor=member, batch=batch)
    counts = counts_of(batch)
    assert (counts.cancelled, counts.unmade) == (2, 3)
    assert batch.status == Status.CANCELLED


def test_others_may_not_touch_it(made, other_member):
    batch = made()
    for act in (cancel_batch, retry_failed, delete_batch):
        with pytest.raises(NotAllowed, match="This batch belongs to ada"):
            act(actor=other_member, batch=batch)
    assert fresh(batch).status == Status.PENDING


def test_a_batch_that_was_deleted_meanwhile_is_not_found(made, member):
    batch = made()
    Batch.objects.filter(pk=batch.pk).delete()
    with pytest.raises(BatchNotFound):
        cancel_batch(actor=member, batch=batch)


def test_it_stops_real_programs_and_never_starts_the_rest(member, script_program, supervisor):
    program = script_program("import time\nprint('on', flush=True)\ntime.sleep(60)")
    batch = create_batch(owner=member, request=wanted(program, num_iterations=5))
    running = batch.runs.filter(status=Status.RUNNING)
    supervisor.until(lambda: running.count() == 2)
    cancel_batch(actor=member, batch=batch, grace_seconds=1)
    assert batch.runs.filter(status=Status.CANCELLED).count() == 3
    supervisor.until(lambda: batch.runs.filter(status=Status.CANCELLED).count() == 5)
    assert batch.runs.filter(started_at=None).count() == 3


# retry


def test_it_makes_new_runs_for_those_that_failed_alone(made, member):
    batch = ended(made(num_iterations=4), "completed", "failed", "lost", "preempted")
    kept, *old = runs_of(batch)
    assert retry_failed(actor=member, batch=batch) == 3
    found = fresh(batch)
    assert found.status == Status.RUNNING
    assert found.ended_at is None
    assert counts_of(found).waiting == 3
    assert batch.iterations.get(number=0).run == kept
    for number, run in enumerate(old, start=1):
        new = batch.iterations.get(number=number).run
        run.refresh_from_db()
        assert run.batch is None
        assert (new.origin, new.origin_kind, new.seed) == (run, "retry", run.seed)
        assert new.config_path.read_text() == run.config_path.read_text()


def test_it_tells_of_a_retry(made, member):
    batch = ended(made(), "completed", "failed", "completed")
    before = Event.objects.order_by("-seq").first().seq
    retry_failed(actor=member, batch=batch)
    told = Event.objects.filter(seq__gt=before).order_by("seq").values_list("kind", "actor")
    assert list(told) == [
        ("batch.running", member.pk),
        ("run.created", None),
        ("batch.retried", member.pk),
    ]


def test_it_may_be_retried_while_others_run(made, member):
    batch = made()
    failed, running, _ = runs_of(batch)
    end(failed, Status.FAILED)
    begin(running)
    assert retry_failed(actor=member, batch=fresh(batch)) == 1
    counts = counts_of(fresh(batch))
    assert (counts.waiting, counts.running, counts.failed) == (2, 1, 0)


def test_there_is_nothing_to_retry_of_what_completed(made, member):
    batch = ended(made(), *[Status.COMPLETED] * 3)
    with pytest.raises(Conflict, match="nothing to retry"):
        retry_failed(actor=member, batch=batch)
    with pytest.raises(Conflict, match="nothing to retry"):
        retry_failed(actor=member, batch=made())


def test_it_is_not_retried_while_it_is_being_cancelled(made, member):
    batch = made()
    failed, running, _ = runs_of(batch)
    end(failed, Status.FAILED)
    begin(running)
    cancel_batch(actor=member, batch=batch)
    with pytest.raises(Conflict, match="being cancelled"):
        retry_failed(actor=member, batch=batch)


def test_a_cancelled_batch_can_be_taken_up_again(member, quick, monkeypatch):
    monkeypatch.setattr("runs.analysis.services.MADE_AT_ONCE", 2)
    batch = create_batch(owner=member, request=wanted(quick, num_iterations=5))
    cancel_batch(actor=member, batch=batch)
    assert retry_failed(actor=member, batch=batch) == 2
    found = fresh(batch)
    assert found.can_cancel
    assert found.status == Status.RUNNING
    assert (counts_of(found).waiting, counts_of(found).unmade) == (2, 3)


def test_two_who_retry_at_once_make_one_run(made, member):
    batch = ended(made(), "completed", "failed", "completed")
    from runs.analysis import services

    found = services.retryable(batch)
    retry_failed(actor=member, batch=fresh(batch))
    with pytest.raises(Conflict, match="Somebody else"):
        services.refuse_changed(found)
    assert batch.runs.count() == 3


def test_a_deleted_run_that_was_never_measured_is_retried(made, member):
    batch = ended(made(), "completed", "completed", "completed")
    first, second, _ = runs_of(batch)
    Iteration.objects.filter(run=second).update(metrics={"x": [[None, 1.0]]})
    for run in (first, second):
        discard_run(run, actor=member)
    assert counts_of(batch).gone == 2
    assert retry_failed(actor=member, batch=batch) == 1
    assert batch.iterations.get(number=1).metrics == {"x": [[None, 1.0]]}
    assert batch.iterations.get(number=0).run.pk != first.pk


def test_it_makes_none_that_could_not_run(made, member, settings):
    batch = ended(made(), "completed", "failed", "completed")
    batch.program.enabled = False
    with pytest.raises(ProgramUnusable):
        retry_failed(actor=member, batch=batch)
    batch.program.enabled = True
    settings.FUSIONWEB_MIN_FREE_BYTES = 2**70
    with pytest.raises(DiskSpaceInsufficient):
        retry_failed(actor=member, batch=batch)
    assert fresh(batch).status == Status.COMPLETED


# delete


def test_it_deletes_the_batch_with_all_of_its_runs(made, member):
    batch = ended(made(), "completed", "failed", "completed")
    directories = [run.directory for run in runs_of(batch)]
    size = batch_size(batch)
    deleted = delete_batch(actor=member, batch=batch, reason="done with it")
    assert (deleted.files, deleted.size_bytes) == (size.files, size.size_bytes)
    assert deleted.files == 6
    for model in (Batch, Run, Iteration, RunDigest):
        assert not model.objects.exists()
    assert not any(directory.exists() for directory in directories)
    assert Trash.objects.get().label.endswith(f"and 2 more, of batch {batch.pk}")
    assert Event.objects.filter(kind="run.deleted").count() == 3
    assert Event.objects.get(kind="batch.deleted").actor == member


def test_it_deletes_many_in_several_transactions(made, member, monkeypatch):
    monkeypatch.setattr("runs.analysis.services.DELETED_AT_ONCE", 2)
    batch = ended(made(num_iterations=5), *["completed"] * 5)
    deleted = delete_batch(actor=member, batch=batch)
    assert len(deleted.trash_ids) == 3
    assert set(deleted.trash_ids) == set(Trash.objects.values_list("pk", flat=True))
    assert deleted.files == 10


def test_its_runs_come_back_as_runs_of_their_own(made, member):
    batch = ended(made(), "completed", "failed", "completed")
    before = [run.pk for run in runs_of(batch)]
    deleted = delete_batch(actor=member, batch=batch)
    for trash in Trash.objects.filter(pk__in=deleted.trash_ids):
        restore(actor=member, trash=trash)
    runs = list(Run.objects.order_by("created_at"))
    assert [run.pk for run in runs] == before
    assert {run.batch for run in runs} == {None}
    assert all(run.config_path.exists() for run in runs)


def test_it_deletes_nothing_of_a_batch_that_goes_on(made, member):
    batch = made()
    end(runs_of(batch)[0])
    with pytest.raises(BatchStillActive):
        delete_batch(actor=member, batch=fresh(batch))
    assert batch.runs.count() == 3


def test_what_another_run_begins_from_stays_and_is_said(made, member, make_run, settings):
    batch = ended(made(), "completed", "completed", "completed")
    used = runs_of(batch)[1]
    saved = settings.FUSIONWEB_CHECKPOINT_DIRS[0] / "optics" / "default" / "many" / used.pk
    saved.mkdir(parents=True)
    make_run(resume_from=str(saved))
    deleted = delete_batch(actor=member, batch=batch)
    assert len(deleted.kept) == 1
    assert deleted.kept[0].startswith(f"Run {used.pk} stays: ")
    used.refresh_from_db()
    assert used.batch is None
    assert used.config_path.exists()
    assert not Batch.objects.exists()


def test_a_pinned_checkpoint_stays_and_is_said(made, member, checkpoint_row):
    batch = ended(made(), "completed", "completed", "completed")
    run = runs_of(batch)[0]
    checkpoint_row(project="optics", group="default", name="many", suffix=run.pk, pinned=True)
    deleted = delete_batch(actor=member, batch=batch)
    assert "stays" in deleted.kept[0]
    assert Checkpoint.objects.count() == 1


def test_an_empty_batch_can_be_deleted(made, member):
    batch = ended(made(), "completed", "completed", "completed")
    for run in runs_of(batch):
        discard_run(run, actor=member)
    deleted = delete_batch(actor=member, batch=batch)
    assert deleted.trash_ids == []
    assert not Batch.objects.exists()


# single runs of it


def test_what_a_deleted_run_measured_stays(made, member):
    batch = ended(made(), "completed", "completed", "completed")
    run = runs_of(batch)[0]
    Iteration.objects.filter(run=run).update(metrics={"x": [[None, 1.0]]})
    before = fresh(batch).revision
    discard_run(run, actor=member)
    place = batch.iterations.get(number=0)
    assert (place.run, place.metrics) == (None, {"x": [[None, 1.0]]})
    assert fresh(batch).revision == before + 1


def test_a_restored_run_has_its_place_again(made, member, quick):
    batch = create_batch(owner=member, request=comparison(quick, num_iterations=2))
    batch = ended(batch, *["completed"] * 4)
    place = batch.iterations.select_related("run__project", "run__owner").get(point=1, number=1)
    deleted = discard_run(place.run, actor=member)
    restore(actor=member, trash=Trash.objects.get(pk=deleted.trash_id))
    again = batch.iterations.get(point=1, number=1)
    assert again.run_id == place.run_id
    assert again.run.batch_id == batch.pk
    assert counts_of(batch).gone == 0


def test_a_restored_run_whose_place_is_taken_is_one_of_its_own(made, member):
    batch = ended(made(), "completed", "failed", "completed")
    failed = runs_of(batch)[1]
    deleted = discard_run(failed, actor=member)
    retry_failed(actor=member, batch=batch)
    restore(actor=member, trash=Trash.objects.get(pk=deleted.trash_id))
    failed.refresh_from_db()
    assert failed.batch is None
    assert batch.iterations.get(number=1).run_id != failed.pk
    assert counts_of(fresh(batch)).waiting == 1
