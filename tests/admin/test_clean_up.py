"""Staff delete jobs and checkpoints in bulk, restore, and tidy roots, in the admin site."""

import pytest
from django.utils import timezone

from runs.cleanup.deletion import delete_job
from runs.models import Checkpoint, Job, Project, Retention, Root, Trash
from tests.disk import write_checkpoint, write_job


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def disk_job(job_row):
    def make(**fields):
        job = job_row(**fields)
        write_job(job.root.directory, job.project, job.group, job.name, job.run_id, status="failed")
        return job

    return make


def act(site, model, action, *rows, **more):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return text(site.post(f"/admin/runs/{model}/", data, follow=True))


def text(response):
    return " ".join(response.content.decode().split())


def test_it_deletes_jobs_with_their_files_once_the_number_is_typed(site, disk_job):
    jobs = [disk_job(), disk_job()]
    busy = disk_job(status="running", heartbeat_at=timezone.now())
    question = act(site, "job", "delete_with_files", *jobs, busy)
    assert "2 jobs" in question and "4 files" in question
    assert "1 job cannot be deleted and stays" in question and "it is running" in question
    assert "can be undone for 7 days" in question
    done = act(site, "job", "delete_with_files", *jobs, busy, answer="2")
    assert "2 jobs deleted: 4 files" in done
    assert Job.objects.get() == busy
    assert Trash.objects.count() == 2


def test_it_deletes_checkpoints_but_no_pinned_one(site, checkpoint_row):
    loose, pinned = checkpoint_row(), checkpoint_row(pinned=True, decision="approved")
    write_checkpoint(loose.root.directory, loose.suffix)
    question = act(site, "checkpoint", "delete_with_files", loose, pinned)
    assert "6 files" in question and "pinned: approved, unpin it first" in question
    act(site, "checkpoint", "delete_with_files", loose, pinned, answer="lm_small")
    assert Checkpoint.objects.get() == pinned
    assert not loose.directory.exists()


def test_it_deletes_one_from_its_own_page(site, disk_job):
    job = disk_job()
    site.post(f"/admin/runs/job/{job.pk}/delete/", {"answer": "lm_small"})
    assert not Job.objects.exists()
    assert not job.directory.exists()


@pytest.mark.parametrize("model", ["job", "checkpoint", "trash"])
def test_it_offers_no_deletion_that_leaves_files(site, model, disk_job, checkpoint_row, staff):
    delete_job(actor=staff, job=disk_job())
    disk_job(), checkpoint_row()
    page = text(site.get(f"/admin/runs/{model}/"))
    assert "delete_selected" not in page


def test_it_restores_from_the_trash(site, disk_job, staff):
    job = disk_job()
    delete_job(actor=staff, job=job)
    assert "gpt/baselines/lm_small" in text(site.get("/admin/runs/trash/"))
    assert "1 deletion put back" in act(site, "trash", "restore_selected", Trash.objects.get())
    assert job.directory.exists()


def test_it_ends_the_time_of_something_in_the_trash(site, disk_job, staff):
    delete_job(actor=staff, job=disk_job())
    act(site, "trash", "end_time", Trash.objects.get())
    assert Trash.objects.get().keep_until <= timezone.now()


def test_it_lets_rows_of_forgotten_roots_be_removed(site, job_row, status_root):
    forgotten = Root.objects.create(path="/of/yesterday", kind="status")
    used = Root.objects.create(path="/still/used", kind="status")
    job_row(root=used)
    for root, status in ((forgotten, 302), (used, 403), (status_root, 403)):
        response = site.post(f"/admin/runs/root/{root.pk}/delete/", {"post": "yes"})
        assert response.status_code == status
    assert set(Root.objects.all()) == {used, status_root}


def test_it_edits_rules_of_retention(site):
    rule = Retention.objects.create(project=Project.objects.create(slug="gpt"), keep_latest=3)
    assert "gpt" in text(site.get("/admin/runs/retention/"))
    page = site.get(f"/admin/runs/retention/{rule.pk}/change/")
    assert "The newest so many of each name stay" in page.content.decode()


@pytest.mark.parametrize("model", ["job", "checkpoint", "trash", "root", "retention"])
def test_it_is_closed_to_members(client, member, model):
    client.force_login(member)
    assert client.get(f"/admin/runs/{model}/").status_code == 302
