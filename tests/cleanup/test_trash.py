"""Into the trash and back: rows, directories, reviews."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from runs.cleanup.deletion import delete_checkpoint, delete_job
from runs.cleanup.trash import restore, visible_trash
from runs.errors import (
    CheckpointInUse,
    CheckpointPinned,
    Conflict,
    DiskSpaceInsufficient,
    JobStillActive,
    NotAllowed,
    NotFound,
    PathOutside,
    PlaceTaken,
    RunStillActive,
)
from runs.lifecycle.places import own_checkpoints
from runs.lifecycle.services import delete_run
from runs.models import Checkpoint, Event, Job, Review, Run, Trash
from tests.disk import write_checkpoint, write_job

pytestmark = pytest.mark.django_db


def contents(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in Path(root).rglob("*")
        if path.is_file()
    }


def test_it_takes_a_job_out_of_sight_and_says_how_much(disk_job, staff):
    job = disk_job()
    before = contents(job.directory)
    deleted = delete_job(actor=staff, job=job, reason="tidy")
    assert not Job.objects.exists()
    assert not job.directory.exists()
    assert (deleted.files, deleted.size_bytes) == (2, sum(map(len, before.values())))
    trash = Trash.objects.get(pk=deleted.trash_id)
    assert (trash.kind, trash.label, trash.project) == ("job", str(job.path), "gpt")
    assert (trash.reason, trash.deleted_by, trash.files) == ("tidy", staff, 2)
    assert contents(trash.moves[0]["to"]) == before


def test_it_keeps_it_for_the_days_that_the_settings_say(disk_job, staff, settings):
    settings.FUSIONWEB_TRASH_DAYS = 3
    delete_job(actor=staff, job=disk_job())
    left = Trash.objects.get().keep_until - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


def test_it_puts_a_job_back_as_it_was(disk_job, staff):
    job = disk_job(host="n07", total_chips=8)
    fields, before = Job.objects.values().get(), contents(job.directory)
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    restore(actor=staff, trash=trash)
    assert Job.objects.values().get() == fields
    assert contents(job.directory) == before
    assert not Trash.objects.exists()
    assert not list((job.root.directory / ".trash").rglob("*"))


def test_it_leaves_no_empty_directories_behind(disk_job, staff):
    job, neighbour = disk_job(name="a"), disk_job(name="b")
    delete_job(actor=staff, job=job)
    assert not job.directory.parent.exists()
    assert neighbour.directory.exists()


def test_it_tells_open_pages_of_both(disk_job, staff):
    job = disk_job()
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    restore(actor=staff, trash=trash)
    kinds = list(Event.objects.values_list("kind", "subject"))
    subject = f"job:{job.pk}"
    assert kinds == [
        ("job.gone", subject), ("job.found", subject), ("trash.restored", f"trash:{trash.pk}"),
    ]  # fmt: skip


def test_it_puts_a_run_back_with_its_job_and_checkpoints(
    ended_run, member, job_row, checkpoint_row, folders
):
    run = ended_run()
    job_row(ordered_run=run, run_id=run.pk, project="optics", group="default", name="try")
    place = {"project": "optics", "group": "default", "name": "try"}
    row = checkpoint_row(suffix=f"{run.pk}/load_1", **place)
    write_checkpoint(row.root.directory, row.suffix, **place)
    rows = [model.objects.values().get() for model in (Run, Job, Checkpoint)]
    before = contents(folders)
    deleted = delete_run(actor=member, run=run)
    assert not any(model.objects.exists() for model in (Run, Job, Checkpoint))
    assert not own_checkpoints(run).exists()
    restore(actor=member, trash=Trash.objects.get(pk=deleted.trash_id))
    assert [model.objects.values().get() for model in (Run, Job, Checkpoint)] == rows
    assert contents(folders) == {**before}


def test_it_keeps_a_pinned_checkpoint_of_a_deleted_run_and_says_so(
    ended_run, member, staff, checkpoint_row
):
    run = ended_run()
    place = {"project": "optics", "group": "default", "name": "try"}
    pinned = checkpoint_row(
        suffix=f"{run.pk}/load_1",
        pinned=True,
        decision="approved",
        reviewed_by=staff,
        reviewed_at=timezone.now(),
        **place,
    )
    other = checkpoint_row(suffix=f"{run.pk}/load_2", **place)
    for row in (pinned, other):
        write_checkpoint(row.root.directory, row.suffix, **place)
    deleted = delete_run(actor=member, run=run)
    assert pinned.directory.exists()
    assert not other.directory.exists()
    assert Checkpoint.objects.get() == pinned
    assert "load_1 stays: pinned: approved by root on" in deleted.kept[0]
    restore(actor=member, trash=Trash.objects.get())
    assert other.directory.exists()


def test_it_puts_a_checkpoint_back_with_its_reviews(disk_checkpoint, staff):
    row = disk_checkpoint(decision="rejected", reviewed_by=staff, review_note="diverged")
    Review.objects.create(checkpoint=row, decision="approved", pinned=True, by=staff, note="good")
    Review.objects.create(checkpoint=row, decision="rejected", pinned=False, by=staff)
    rows, history = Checkpoint.objects.values().get(), list(Review.objects.values())
    deleted = delete_checkpoint(actor=staff, checkpoint=row)
    assert not Review.objects.exists()
    restore(actor=staff, trash=Trash.objects.get(pk=deleted.trash_id))
    assert Checkpoint.objects.values().get() == rows
    assert list(Review.objects.values()) == history
    assert row.directory.exists()


def test_it_never_deletes_what_is_pinned(disk_checkpoint, staff):
    row = disk_checkpoint(pinned=True, decision="approved", reviewed_by=staff)
    with pytest.raises(CheckpointPinned, match="approved by root.*unpinned first"):
        delete_checkpoint(actor=staff, checkpoint=row)
    assert row.directory.exists()


def test_it_never_deletes_what_was_pinned_since_it_was_looked_at(disk_checkpoint, staff):
    row = disk_checkpoint()
    Checkpoint.objects.update(pinned=True)
    with pytest.raises(CheckpointPinned):
        delete_checkpoint(actor=staff, checkpoint=row)


def test_it_never_deletes_a_directory_with_something_pinned_below_it(disk_checkpoint, staff):
    above = disk_checkpoint(suffix="final")
    disk_checkpoint(suffix="final/1024", pinned=True)
    with pytest.raises(CheckpointPinned):
        delete_checkpoint(actor=staff, checkpoint=above)
    assert above.directory.exists()


def test_it_keeps_what_a_waiting_run_begins_from(disk_checkpoint, make_run, staff):
    row = disk_checkpoint()
    run = make_run(resume_from=str(row.directory))
    with pytest.raises(CheckpointInUse, match=f"run {run.pk}, which waits to resume"):
        delete_checkpoint(actor=staff, checkpoint=row)


def test_it_keeps_the_checkpoints_of_a_run_that_another_begins_from(ended_run, make_run, member):
    run = ended_run()
    make_run(resume_from=str(own_checkpoints(run) / "load_3"))
    with pytest.raises(CheckpointInUse):
        delete_run(actor=member, run=run)
    assert run.directory.exists()


def test_it_refuses_a_job_that_runs(disk_job, staff):
    job = disk_job(status="running", heartbeat_at=timezone.now())
    with pytest.raises(JobStillActive, match="it is running"):
        delete_job(actor=staff, job=job)
    assert job.directory.exists()


def test_it_deletes_a_job_that_fell_silent(disk_job, staff):
    long_ago = timezone.now() - timedelta(hours=2)
    job = disk_job(status="running", heartbeat_at=long_ago)
    write_job(
        job.root.directory,
        run_id=job.run_id,
        last_heartbeat=long_ago.replace(tzinfo=None).isoformat(),
    )
    delete_job(actor=staff, job=job)
    assert not job.directory.exists()


def test_it_refuses_a_job_that_was_started_again_behind_the_table(disk_job, staff):
    job = disk_job(status="failed")
    write_job(job.root.directory, run_id=job.run_id, status="running")
    with pytest.raises(JobStillActive, match=r"metadata\.json says"):
        delete_job(actor=staff, job=job)


def test_it_refuses_a_job_of_unknown_state_that_was_just_heard_of(disk_job, staff):
    with pytest.raises(JobStillActive, match="unknown"):
        delete_job(actor=staff, job=disk_job(status="unknown", heartbeat_at=timezone.now()))


def test_it_sends_to_the_run_for_a_job_that_it_ordered(ended_run, job_row, staff):
    run = ended_run()
    job = job_row(run_id=run.pk, project="optics", group="default", name="try")
    with pytest.raises(JobStillActive, match=f"belongs to run {run.pk}"):
        delete_job(actor=staff, job=job)


def test_it_refuses_a_run_that_has_not_ended(make_run, member):
    run = make_run()
    with pytest.raises(RunStillActive):
        delete_run(actor=member, run=run)
    assert run.directory.exists()
    assert not Trash.objects.exists()


def test_it_lets_members_delete_neither_jobs_nor_checkpoints(disk_job, disk_checkpoint, member):
    with pytest.raises(NotAllowed):
        delete_job(actor=member, job=disk_job())
    with pytest.raises(NotAllowed):
        delete_checkpoint(actor=member, checkpoint=disk_checkpoint())
    assert not Trash.objects.exists()


def test_it_shows_members_their_own_alone(disk_job, ended_run, member, other_member, staff):
    delete_job(actor=staff, job=disk_job())
    own = delete_run(actor=staff, run=ended_run())
    delete_run(actor=other_member, run=ended_run(owner=other_member))
    assert [trash.pk for trash in visible_trash(member)] == [own.trash_id]
    assert visible_trash(staff).count() == 3


def test_it_lets_nobody_put_back_what_is_anothers(ended_run, member, other_member):
    deleted = delete_run(actor=member, run=ended_run())
    with pytest.raises(NotAllowed):
        restore(actor=other_member, trash=Trash.objects.get(pk=deleted.trash_id))


def test_it_puts_back_only_once(disk_job, staff):
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=disk_job()).trash_id)
    restore(actor=staff, trash=trash)
    with pytest.raises(NotFound):
        restore(actor=staff, trash=trash)


def test_it_overwrites_nothing_that_took_the_place(disk_job, staff):
    job = disk_job()
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    job.directory.mkdir(parents=True)
    (job.directory / "output.log").write_text("a later life")
    with pytest.raises(PlaceTaken, match="there again"):
        restore(actor=staff, trash=trash)
    assert contents(job.directory) == {"output.log": b"a later life"}
    assert Trash.objects.exists() and not Job.objects.exists()


def test_it_says_where_a_row_of_that_name_is_back(disk_job, job_row, staff):
    job = disk_job()
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    job_row(run_id=job.run_id)
    with pytest.raises(PlaceTaken):
        restore(actor=staff, trash=trash)
    assert not job.directory.exists()


def test_it_says_where_the_files_are_gone_from_the_trash(disk_job, staff):
    job = disk_job()
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    lying = Path(trash.moves[0]["to"])
    lying.rename(lying.with_name("elsewhere"))
    with pytest.raises(Conflict, match="no longer in the trash"):
        restore(actor=staff, trash=trash)
    assert not Job.objects.exists()


def test_it_works_where_the_files_were_gone_already(job_row, staff):
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job_row()).trash_id)
    assert (trash.moves, trash.files) == ([], 0)
    restore(actor=staff, trash=trash)
    assert Job.objects.exists()


def test_it_gives_a_run_whose_owner_is_gone_to_whoever_puts_it_back(ended_run, member, staff):
    deleted = delete_run(actor=member, run=ended_run())
    member.delete()
    restore(actor=staff, trash=Trash.objects.get(pk=deleted.trash_id))
    assert Run.objects.get().owner == staff


def test_it_forgets_a_reviewer_who_is_gone(disk_checkpoint, staff, other_member):
    row = disk_checkpoint(decision="rejected", reviewed_by=other_member)
    Review.objects.create(checkpoint=row, decision="rejected", pinned=False, by=other_member)
    delete_checkpoint(actor=staff, checkpoint=row)
    other_member.delete()
    restore(actor=staff, trash=Trash.objects.get())
    assert Checkpoint.objects.get().reviewed_by is None
    assert Review.objects.get().by is None


def test_it_says_that_the_project_of_a_run_is_gone(ended_run, member, project):
    deleted = delete_run(actor=member, run=ended_run())
    project.delete()
    with pytest.raises(Conflict, match="project has been deleted"):
        restore(actor=member, trash=Trash.objects.get(pk=deleted.trash_id))


def test_it_follows_no_symlink_out_of_the_root(job_row, staff, tmp_path):
    elsewhere = write_job(tmp_path / "elsewhere", run_id="precious", status="failed")
    job = job_row(run_id="linked")
    job.directory.parent.mkdir(parents=True)
    job.directory.symlink_to(elsewhere)
    with pytest.raises(Conflict, match="symbolic link"):
        delete_job(actor=staff, job=job)
    assert Job.objects.exists() and job.directory.is_symlink()


def test_it_follows_no_symlink_on_the_way(job_row, staff, tmp_path):
    elsewhere = write_job(tmp_path / "elsewhere", run_id="precious", status="failed")
    job = job_row(run_id="precious")
    job.directory.parent.parent.mkdir(parents=True)
    job.directory.parent.symlink_to(elsewhere.parent)
    with pytest.raises(Conflict, match="symbolic link"):
        delete_job(actor=staff, job=job)
    assert elsewhere.exists()


@pytest.mark.parametrize("suffix", ["..", "../../../other", "a/../../../../b"])
def test_it_never_leaves_the_root(checkpoint_row, staff, suffix):
    row = checkpoint_row(suffix=suffix)
    with pytest.raises(PathOutside):
        delete_checkpoint(actor=staff, checkpoint=row)
    assert Checkpoint.objects.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may move everything")
def test_it_says_where_it_may_not_move_something(disk_job, staff):
    job = disk_job()
    job.directory.parent.chmod(0o500)
    try:
        with pytest.raises(Conflict, match="may not move"):
            delete_job(actor=staff, job=job)
    finally:
        job.directory.parent.chmod(0o700)
    assert Job.objects.exists() and job.directory.exists()
    assert not list((job.root.directory / ".trash").rglob("*"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="fills SQLite's file")
def test_it_leaves_nothing_half_done_on_a_full_disk(disk_job, staff):
    job = disk_job(search_text="y" * 5_000_000)
    before = contents(job.root.directory)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            with pytest.raises(DiskSpaceInsufficient, match="nothing was changed"):
                delete_job(actor=staff, job=job)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert contents(job.root.directory) == before
    assert Job.objects.exists() and not Trash.objects.exists()


@pytest.mark.parametrize("name", ["line\nbreak", "ünïcödé 🙂", "a b%41", "<script>", "x" * 255])
def test_it_takes_any_name_there_and_back(disk_job, staff, name):
    job = disk_job(name=name)
    trash = Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)
    restore(actor=staff, trash=trash)
    assert job.directory.is_dir()
