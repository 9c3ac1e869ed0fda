"""The trash's page, and taking a deletion back from its toast."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.cleanup.deletion import delete_job
from runs.lifecycle.services import delete_run
from runs.models import Checkpoint, Job, Run, Trash
from tests.disk import write_checkpoint, write_job

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ended(make_run):
    def make(name="try", **fields):
        run = make_run(name=name, **fields)
        Run.objects.filter(pk=run.pk).update(status="completed")
        run.refresh_from_db()
        return run

    return make


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


def text(response):
    return " ".join(response.content.decode().split())


def test_it_takes_a_deletion_back_from_its_toast(client, member, ended):
    run = ended("precious")
    client.force_login(member)
    data = {"action": "delete", "run": [run.pk], "confirm": "precious"}
    toast = client.post("/runs/actions/", data, headers=HTMX)
    assert toast["HX-Retarget"] == "#toasts"
    assert "fusionweb:acted" in toast["HX-Trigger-After-Swap"]
    assert "Undo" in text(toast)
    trash = Trash.objects.get()
    assert f'name="trash" value="{trash.pk}"' in text(toast)
    answer = client.post("/trash/restore/", {"trash": [trash.pk]}, headers=HTMX)
    assert "Put back" in answer["HX-Trigger"]
    assert Run.objects.get() == run
    assert run.directory.is_dir()


def test_it_offers_undo_on_the_next_page_without_script(client, member, ended):
    run = ended("old")
    client.force_login(member)
    page = client.post(f"/runs/{run.pk}/delete/", {"confirm": "old"}, follow=True)
    assert "Deleted old. That was 2 files" in text(page)
    assert 'action="/trash/restore/"' in text(page)
    data = {"trash": [Trash.objects.get().pk], "next": "/runs/"}
    back = client.post("/trash/restore/", data, follow=True)
    assert back.redirect_chain == [("/runs/", 302)]
    assert Run.objects.exists()


def test_it_escapes_names_in_the_toast(client, member, ended):
    run = ended()
    Run.objects.update(name="<script>alert(1)</script>")
    client.force_login(member)
    data = {"action": "delete", "run": [run.pk], "confirm": "<script>alert(1)</script>"}
    assert "<script>alert" not in text(client.post("/runs/actions/", data, follow=True))


def test_it_says_what_who_when_how_much_and_how_long(site, disk_job, staff):
    delete_job(actor=staff, job=disk_job(name="lm_large", unix_owner="grace"), reason="too old")
    page = text(site.get("/trash/"))
    for words in ("gpt/baselines/lm_large", "root", "of grace", "too old", "2 files", "6 days"):
        assert words in page


def test_it_says_that_nothing_was_deleted(client, member):
    client.force_login(member)
    assert "Nothing was deleted by you" in text(client.get("/trash/"))


def test_it_shows_and_restores_for_members_their_own_alone(client, member, other_member, ended):
    own = delete_run(actor=member, run=ended("mine"))
    foreign = delete_run(actor=other_member, run=ended("theirs", owner=other_member))
    client.force_login(member)
    page = text(client.get("/trash/"))
    assert "mine" in page and "theirs" not in page
    assert "Remove" not in page
    assert client.post("/trash/restore/", {"trash": [foreign.trash_id]}).status_code == 404
    client.post("/trash/restore/", {"trash": [own.trash_id]})
    assert Run.objects.get().name == "mine"


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["²"], ["1"] * 501])
def test_it_refuses_a_choice_that_is_none(site, ids):
    assert site.post("/trash/restore/", {"trash": ids}).status_code == 422


@pytest.mark.parametrize("pk", ["999999", "9" * 40])
def test_it_says_that_something_has_left_the_trash(site, pk):
    assert site.post("/trash/restore/", {"trash": [pk]}).status_code == 404


def test_it_says_what_could_not_be_put_back(site, disk_job, staff):
    job = disk_job()
    deleted = delete_job(actor=staff, job=job)
    job.directory.mkdir(parents=True)
    answer = site.post("/trash/restore/", {"trash": [deleted.trash_id]}, headers=HTMX)
    assert "there again" in answer["HX-Trigger"]
    assert "warning" in answer["HX-Trigger"]


def test_it_removes_for_good_once_the_word_is_typed(site, disk_job, staff):
    delete_job(actor=staff, job=disk_job())
    data = {"trash": [Trash.objects.get().pk]}
    assert "cannot be undone" in text(site.post("/trash/remove/", data))
    assert site.post("/trash/remove/", {**data, "confirm": "no"}).status_code == 422
    assert Trash.objects.exists()
    answer = site.post("/trash/remove/", {**data, "confirm": "remove"}, headers=HTMX)
    assert "Removed 1 deletion for good" in answer["HX-Trigger"]
    assert not Trash.objects.exists()


def test_it_removes_for_good_for_staff_alone(client, member, ended):
    deleted = delete_run(actor=member, run=ended())
    client.force_login(member)
    data = {"trash": [deleted.trash_id], "confirm": "remove"}
    assert client.post("/trash/remove/", data).status_code == 403
    assert Trash.objects.exists()


def test_it_pages_through_a_full_trash(site, job_row, staff, django_assert_max_num_queries):
    now = timezone.now()
    Trash.objects.bulk_create(
        Trash(kind="job", token=f"t{n}", label=f"job{n}", keep_until=now) for n in range(120)
    )
    with django_assert_max_num_queries(14):
        page = text(site.get("/trash/"))
    assert "50 of 120" in page and "Next" in page
    assert "being removed" in page


def test_it_counts_the_last_day(site):
    Trash.objects.create(
        kind="job", token="t", label="job", keep_until=timezone.now() + timedelta(hours=3)
    )
    assert "last day" in text(site.get("/trash/"))


def test_it_deletes_jobs_from_their_list_for_staff(site, disk_job):
    jobs = [disk_job(), disk_job()]
    busy = disk_job(status="running", heartbeat_at=timezone.now())
    data = {"action": "delete", "job": [job.pk for job in (*jobs, busy)]}
    question = text(site.post("/jobs/actions/", data, headers=HTMX))
    assert "Delete 2 jobs?" in question and "it is running" in question
    toast = text(site.post("/jobs/actions/", {**data, "confirm": "2"}, headers=HTMX))
    assert "Deleted 2 jobs. That was 4 files" in toast and "Undo" in toast
    assert Job.objects.get() == busy


def test_it_says_of_a_stale_job_that_nobody_saw_it_end(site, disk_job):
    job = disk_job(status="running", heartbeat_at=timezone.now() - timedelta(hours=2))
    question = text(site.post("/jobs/actions/", {"action": "delete", "job": [job.pk]}))
    assert "stale: no sign of it since" in question


def test_it_deletes_checkpoints_but_no_pinned_one(site, checkpoint_row):
    loose, pinned = checkpoint_row(), checkpoint_row(pinned=True, decision="approved")
    for row in (loose, pinned):
        write_checkpoint(row.root.directory, row.suffix)
    data = {"action": "delete", "checkpoint": [loose.pk, pinned.pk], "confirm": "lm_small"}
    site.post("/checkpoints/actions/", data)
    assert Checkpoint.objects.get() == pinned
    refusal = site.post("/checkpoints/actions/", {**data, "checkpoint": [pinned.pk]})
    assert refusal.status_code == 409
    assert "unpin it first" in text(refusal)


@pytest.mark.parametrize("address", ["/jobs/actions/", "/checkpoints/actions/"])
def test_it_is_for_staff_alone(client, member, job_row, checkpoint_row, address):
    data = {"action": "delete", "job": [job_row().pk], "checkpoint": [checkpoint_row().pk]}
    client.force_login(member)
    assert client.post(address, {**data, "confirm": "lm_small"}).status_code == 403
    assert Job.objects.exists() and Checkpoint.objects.exists()


@pytest.mark.parametrize("data", [{}, {"action": "delete"}, {"action": "explode", "job": ["1"]}])
def test_it_refuses_an_odd_order(site, data):
    assert site.post("/jobs/actions/", data).status_code == 422


def test_it_says_that_what_was_chosen_is_gone(site):
    response = site.post("/jobs/actions/", {"action": "delete", "job": ["4711"]})
    assert response.status_code == 409
    assert "gone already" in text(response)


def test_it_offers_selection_in_lists_to_staff_alone(
    client, staff, member, job_row, checkpoint_row
):
    job_row(), checkpoint_row()
    for user, offered in ((staff, True), (member, False)):
        client.force_login(user)
        for noun in ("job", "checkpoint"):
            page = text(client.get(f"/{noun}s/"))
            assert (f'action="/{noun}s/actions/"' in page) is offered
            assert (f'type="checkbox" name="{noun}"' in page) is offered


def test_it_lets_nobody_tick_what_runs_or_is_pinned(site, job_row, checkpoint_row):
    job_row(status="running", heartbeat_at=timezone.now())
    checkpoint_row(pinned=True)
    for noun in ("job", "checkpoint"):
        box = text(site.get(f"/{noun}s/")).split(f'type="checkbox" name="{noun}"')[1]
        assert "disabled" in box.split(">")[0]
