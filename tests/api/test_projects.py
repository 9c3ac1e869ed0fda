"""Projects and the dashboard's numbers over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Alert, Project, Run


@pytest.fixture
def gpt(db):
    return Project.objects.create(slug="gpt", title="Language", description="Words")


@pytest.fixture
def secret(db):
    return Project.objects.create(slug="secret", is_open=False)


def slugs(answer):
    return [item["slug"] for item in answer.json()["items"]]


def test_it_counts_what_is_in_a_project(script, gpt, job_row, checkpoint_row, run_row, member):
    silent = timezone.now() - timedelta(hours=2)
    job_row(status="failed", group="a")
    job_row(status="running", heartbeat_at=silent, group="b")
    job_row(status="running", heartbeat_at=timezone.now(), group="b")
    checkpoint_row(size_bytes=7)
    checkpoint_row(size_bytes=None)
    run_row(project=gpt)
    gpt.managers.add(member)
    item = script.get("/projects").json()["items"][0]
    assert (item["slug"], item["title"], item["description"]) == ("gpt", "Language", "Words")
    assert item["jobs"] == {"failed": 1, "running": 1, "stale": 1}
    assert item["runs"] == {"pending": 1}
    assert item["groups"] == ["a", "b"]
    assert item["checkpoints"] == {"count": 2, "size_bytes": 7}
    assert (item["is_open"], item["managers"], item["may_manage"]) == (True, ["ada"], True)


def test_it_reads_one_project_with_its_groups(script, gpt, job_row):
    job_row(status="failed", group="a")
    job_row(status="completed", group="b")
    answer = script.get("/projects/gpt").json()
    assert answer["project"]["slug"] == "gpt"
    assert answer["groups"] == [
        {"name": "a", "jobs": {"failed": 1}},
        {"name": "b", "jobs": {"completed": 1}},
    ]


def test_it_dates_a_project_by_its_newest_job(script, gpt, job_row):
    assert script.get("/projects/gpt").json()["project"]["newest_job_at"] is None
    job_row(listed_at=timezone.now() - timedelta(days=3))
    newest = job_row(listed_at=timezone.now())
    told = script.get("/projects/gpt").json()["project"]["newest_job_at"]
    assert told[:19] == newest.listed_at.isoformat()[:19]


def test_it_lists_projects_by_name_and_page_by_page(script, db):
    for slug in ("c", "a", "b"):
        Project.objects.create(slug=slug)
    first = script.get("/projects", limit=2)
    assert slugs(first) == ["a", "b"]
    assert first.json()["total"] == 3
    assert slugs(script.get("/projects", cursor=first.json()["next"])) == ["c"]


@pytest.mark.parametrize("slug", ["nothing", "a%00b", "a b", "%C3%A4"])
def test_it_knows_no_other_project(script, db, slug):
    response = script.get(f"/projects/{slug}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] in ("project_not_found", "not_found")


def test_it_hides_a_closed_project_from_who_is_not_in_it(
    script, other_script, staff_script, secret, member
):
    secret.members.add(member)
    assert slugs(script.get("/projects")) == slugs(staff_script.get("/projects")) == ["secret"]
    assert slugs(other_script.get("/projects")) == []
    hidden, nowhere = other_script.get("/projects/secret"), other_script.get("/projects/none")
    assert hidden.status_code == 404
    assert hidden.json()["error"]["message"] == nowhere.json()["error"]["message"]


def test_it_gives_the_dashboards_numbers(script, gpt, job_row, checkpoint_row, run_row):
    now = timezone.now()
    job_row(status="running", heartbeat_at=now, total_chips=8)
    job_row(status="running", heartbeat_at=now - timedelta(hours=2), total_chips=8)
    job_row(status="failed")
    checkpoint_row(size_bytes=5)
    checkpoint_row(size_bytes=6, decision="approved")
    run_row()
    run_row(status="completed")
    Alert.objects.create(cause="a", kind="job_failed", message="m", last_at=now)
    stats = script.get("/stats").json()
    assert stats["jobs"] == {"running": 1, "stale": 1, "failed": 1}
    assert stats["runs"] == {"pending": 1, "completed": 1}
    assert stats["recent_jobs"] == {"completed": 0, "failed": 1, "preempted": 0}
    assert stats["chips"] == 8
    assert stats["checkpoints"] == {"count": 2, "size_bytes": 11}
    assert stats["checkpoints_waiting"] == 1
    assert stats["open_alerts"] == 1
    assert stats["queue"] == {
        "running": 0, "slots": 2, "pending": 1, "supervisor_alive": False,
    }  # fmt: skip


def test_it_counts_nothing_of_what_one_does_not_see(
    script, staff_script, secret, job_row, checkpoint_row, run_row
):
    job_row(project="secret", status="running", heartbeat_at=timezone.now(), total_chips=8)
    checkpoint_row(project="secret", size_bytes=5)
    run_row(project=secret)
    Alert.objects.create(
        cause="a", kind="job_failed", message="m", last_at=timezone.now(), project="secret"
    )
    everything = staff_script.get("/stats").json()
    assert (everything["jobs"], everything["runs"]) == ({"running": 1}, {"pending": 1})
    mine = script.get("/stats").json()
    assert (mine["jobs"], mine["runs"], mine["chips"]) == ({}, {}, 0)
    assert mine["checkpoints"] == {"count": 0, "size_bytes": 0}
    assert (mine["checkpoints_waiting"], mine["open_alerts"]) == (0, 0)
    assert mine["queue"]["pending"] == 1


def test_it_counts_runs_anew_once_something_happened(script, make_run, supervisor):
    run = make_run()
    assert script.get("/stats").json()["runs"] == {"pending": 1}
    supervisor.until_status(run, "completed")
    assert Run.objects.get().status == "completed"
    assert script.get("/stats").json()["runs"] == {"completed": 1}


def test_it_takes_no_parameters_it_does_not_know(script, db):
    assert script.get("/stats", project="gpt").status_code == 422


def test_it_asks_for_a_login(client, db):
    for path in ("/stats", "/projects", "/projects/gpt"):
        response = client.get(f"/api/v1{path}")
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "not_authenticated"
