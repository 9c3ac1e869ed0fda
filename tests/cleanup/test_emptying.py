"""The end of the trash: what is over its time goes, what a killed process left comes back."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from runs.cleanup.deletion import delete_checkpoint, delete_job
from runs.cleanup.emptying import empty_trash, remove, remove_now
from runs.cleanup.moves import CONDEMNED, Mover
from runs.cleanup.trash import restore
from runs.errors import Conflict, NotAllowed
from runs.models import Event, Job, Root, Trash
from tests.conftest import MANAGE, manage_environment
from tests.disk import write_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def deleted(disk_job, staff):
    """A job in the trash."""

    def make(**fields):
        job = disk_job(**fields)
        return job, Trash.objects.get(pk=delete_job(actor=staff, job=job).trash_id)

    return make


def expire():
    Trash.objects.update(keep_until=timezone.now() - timedelta(seconds=1))


def lying(trash):
    return Path(trash.moves[0]["to"])


def trash_folder(job):
    return list((job.root.directory / ".trash").iterdir())


def test_it_keeps_what_is_within_its_time(deleted):
    _, trash = deleted()
    empty_trash()
    assert lying(trash).is_dir()
    assert Trash.objects.exists()


def test_it_removes_what_is_over_its_time_and_says_how_much_that_freed(deleted):
    job, trash = deleted()
    expire()
    empty_trash()
    assert trash_folder(job) == []
    assert not Trash.objects.exists()
    event = Event.objects.get(kind="trash.removed")
    assert event.payload["size_bytes"] == trash.size_bytes > 0
    assert event.payload["label"] == str(job.path)


def test_it_counts_what_has_another_name_elsewhere_as_not_freed(deleted, tmp_path):
    _, trash = deleted()
    log = lying(trash) / "output.log"
    os.link(log, tmp_path / "kept.log")
    expire()
    empty_trash()
    freed = Event.objects.get(kind="trash.removed").payload["size_bytes"]
    assert freed == trash.size_bytes - (tmp_path / "kept.log").stat().st_size


def test_it_goes_on_where_it_was_stopped_and_counts_all_of_it(deleted):
    job, trash = deleted()
    for number in range(20):
        (lying(trash) / f"part{number}").write_bytes(bytes(10))
    Trash.objects.update(size_bytes=trash.size_bytes + 200)
    trash.refresh_from_db()
    answers = iter([False] * 8 + [True] * 100)
    assert not remove(trash, is_stopped=lambda: next(answers))
    assert Trash.objects.exists()
    assert remove(trash)
    assert trash_folder(job) == []
    assert Event.objects.get(kind="trash.removed").payload["size_bytes"] == trash.size_bytes


def test_it_gives_nobody_half_of_what_is_being_removed(deleted, staff):
    _, trash = deleted()
    remove(trash, is_stopped=lambda: True)
    with pytest.raises(Conflict, match="no longer in the trash"):
        restore(actor=staff, trash=trash)
    assert not Job.objects.exists()


def test_it_removes_what_is_nested_linked_and_read_only(deleted, tmp_path):
    job, trash = deleted()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept").write_text("kept")
    deep = lying(trash) / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (deep / "link").symlink_to(precious)
    deep.chmod(0o500)
    expire()
    empty_trash()
    assert trash_folder(job) == []
    assert (precious / "kept").exists()


def test_it_removes_at_once_for_staff_alone(deleted, member, staff):
    job, trash = deleted()
    with pytest.raises(NotAllowed):
        remove_now(actor=member, trash=trash)
    assert remove_now(actor=staff, trash=trash)
    assert trash_folder(job) == []
    assert Event.objects.get(kind="trash.removed").actor == staff


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="fills SQLite's file")
def test_it_frees_space_even_while_the_database_cannot_be_written(deleted, staff):
    job, trash = deleted()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            fill_up()
            remove_now(actor=staff, trash=trash)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert trash_folder(job) == []
    assert remove(trash)
    assert not Trash.objects.exists()


def fill_up():
    """Until not one more row finds a place in the pages there are."""
    for size in (100_000, 10_000, 1000, 100):
        with pytest.raises(OperationalError, match="full"):
            for _ in range(10_000):
                Event.objects.create(topic="t", kind="k", payload={"x": "y" * size})


def test_it_drops_the_row_of_what_had_no_files(job_row, staff):
    delete_job(actor=staff, job=job_row())
    expire()
    empty_trash()
    assert not Trash.objects.exists()


def test_it_puts_back_what_was_moved_and_never_written_down(disk_job):
    job = disk_job()
    Mover().discard(job.directory, job.root.directory)
    assert not job.directory.exists()
    empty_trash()
    assert (job.directory / "output.log").exists()
    assert trash_folder(job) == []
    assert Event.objects.get(kind="trash.put_back").payload["path"] == str(job.directory)


def test_it_lists_what_it_cannot_put_back(disk_job, staff):
    job = disk_job()
    Mover().discard(job.directory, job.root.directory)
    write_job(job.root.directory, run_id=job.run_id, log="a later life\n")
    empty_trash()
    trash = Trash.objects.get()
    assert (trash.kind, trash.label, trash.files) == ("job", str(job.path), 2)
    assert "interrupted" in trash.reason
    job.directory.rename(job.directory.with_name("aside"))
    restore(actor=staff, trash=trash)
    assert (job.directory / "output.log").read_text() == "one\ntwo\n"


def test_it_puts_back_a_checkpoint_whose_suffix_is_nested(disk_checkpoint):
    row = disk_checkpoint(suffix="final/1073741824")
    neighbour = disk_checkpoint(suffix="final/2")
    Mover().discard(row.directory, row.root.directory)
    empty_trash()
    assert (row.directory / "config.json").exists()
    assert neighbour.directory.exists()


def test_it_leaves_the_entries_of_another_installation_alone(disk_job, settings):
    job = disk_job()
    own = settings.SECRET_KEY
    settings.SECRET_KEY = "of another installation"
    Mover().discard(job.directory, job.root.directory)
    settings.SECRET_KEY = own
    empty_trash()
    assert not job.directory.exists()
    assert len(trash_folder(job)) == 1


def test_it_leaves_alone_what_others_keep_in_a_directory_of_that_name(status_root):
    foreign = status_root.directory / ".trash" / "of somebody"
    foreign.mkdir(parents=True)
    empty_trash()
    assert foreign.exists()


def test_it_finishes_a_removal_whose_row_is_gone(deleted):
    job, trash = deleted()
    entry = job.root.directory / ".trash" / trash.token
    entry.rename(entry.with_name(entry.name + CONDEMNED))
    Trash.objects.all().delete()
    empty_trash()
    assert trash_folder(job) == []
    assert not job.directory.exists()


def test_it_goes_on_where_a_root_is_missing(deleted, settings, tmp_path):
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "not mounted", *settings.FUSIONWEB_STATUS_DIRS]
    deleted()
    expire()
    empty_trash()
    assert not Trash.objects.exists()


KILLED = """
    import os, signal, django
    django.setup()
    from django.contrib.auth.models import User
    from runs.cleanup import deletion, moves
    from runs.models import Job
    class Killed(moves.Mover):
        def rename(self, *args):
            super().rename(*args)
            os.kill(os.getpid(), signal.SIGKILL)
    import runs.cleanup.trash
    runs.cleanup.trash.Mover = Killed
    deletion.delete_job(actor=User.objects.get(), job=Job.objects.get())
"""


@pytest.mark.django_db(transaction=True)
def test_it_loses_nothing_when_killed_between_rename_and_commit(disk_job, staff, settings):
    job = disk_job()
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED)],
        env=manage_environment(settings),
        cwd=MANAGE.parent,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL
    assert not job.directory.exists()
    assert Job.objects.exists() and not Trash.objects.exists()
    empty_trash()
    assert (job.directory / "output.log").exists()
    assert Root.objects.exists()


def test_it_removes_a_checkpoint_with_what_the_trainers_left_beside_it(disk_checkpoint, staff):
    row = disk_checkpoint(suffix="best")
    delete_checkpoint(actor=staff, checkpoint=row)
    expire()
    empty_trash()
    assert [path.name for path in row.directory.parent.iterdir()] == ["latest"]
