"""Deleting takes the files along, and only those."""

import pytest
from django.utils import timezone

from runs.cleanup.emptying import empty_trash
from runs.contract.status import Status
from runs.errors import NotAllowed, RunStillActive
from runs.lifecycle.places import own_checkpoints
from runs.lifecycle.services import delete_run
from runs.models import Event, Run, Trash

pytestmark = pytest.mark.django_db


def ended(make_run, supervisor, **fields):
    code = "open('output/result.bin', 'wb').write(bytes(5000))"
    return supervisor.until_status(make_run(code, **fields), Status.COMPLETED)


def test_it_removes_row_and_files_and_says_how_much(make_run, supervisor, member, folders):
    run = ended(make_run, supervisor)
    checkpoint = own_checkpoints(run) / "load_1"
    checkpoint.mkdir(parents=True)
    (checkpoint / "state.json").write_text("{}")
    deleted = delete_run(actor=member, run=run)
    assert deleted.size_bytes > 5000
    assert not Run.objects.exists()
    assert not run.directory.exists()
    assert list(folders.rglob("*result.bin"))
    Trash.objects.update(keep_until=timezone.now())
    empty_trash()
    assert not list(folders.rglob("*result.bin"))
    assert not checkpoint.exists()
    assert Event.objects.filter(kind="run.deleted", subject=run.pk, actor=member).exists()


def test_it_leaves_the_neighbour_alone(make_run, supervisor, member):
    first, second = ended(make_run, supervisor), ended(make_run, supervisor)
    delete_run(actor=member, run=first)
    empty_trash()
    assert (second.directory / "output" / "result.bin").exists()


def test_it_refuses_a_running_run(make_run, supervisor, member):
    run = supervisor.until_status(make_run("import time; time.sleep(60)"), Status.RUNNING)
    with pytest.raises(RunStillActive):
        delete_run(actor=member, run=run)
    assert run.directory.exists()


def test_it_refuses_another_member(make_run, supervisor, other_member):
    run = ended(make_run, supervisor)
    with pytest.raises(NotAllowed):
        delete_run(actor=other_member, run=run)
    assert Run.objects.exists()


def test_it_works_where_the_files_are_gone_already(make_run, supervisor, member):
    run = ended(make_run, supervisor)
    run.directory.rename(run.directory.with_name("elsewhere"))
    delete_run(actor=member, run=run)
    assert not Run.objects.exists()
