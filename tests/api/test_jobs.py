"""Jobs over HTTP: lists, one of them, deletion."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Job, Project, Root, Trash
from tests.api.conftest import Script
from tests.cleanup.conftest import disk_job  # noqa: F401

NAME = "/jobs/gpt/baselines/lm_small"


def ids(response):
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


@pytest.fixture
def closed(db):
    return Project.objects.create(slug="secret", is_open=False)


def test_it_lists_the_newest_first(script, job_row):
    now = timezone.now()
    old = job_row(listed_at=now - timedelta(days=2))
    new = job_row(listed_at=now)
    answer = script.get("/jobs")
    assert ids(answer) == [new.pk, old.pk]
    assert answer.json()["next"] is None
    assert answer.json()["total"] == 2


def test_it_tells_all_that_is_known_of_a_job(script, job_row):
    job = job_row(hosts=" n01 n02 ", host="n01", chip="h100", total_chips=8, unix_owner="ada",
                  exit_code=3, files=2, size_bytes=10)  # fmt: skip
    item = script.get("/jobs").json()["items"][0]
    assert item == script.get(f"{NAME}/{job.run_id}").json()
    assert item["hosts"] == ["n01", "n02"]
    assert (item["owner"], item["chip"], item["total_chips"]) == ("ada", "h100", 8)
    assert (item["exit_code"], item["files"], item["size_bytes"]) == (3, 2, 10)
    assert item["run"] is None
    assert "inode" not in item


def test_it_says_stale_beside_the_status_on_disk(script, job_row):
    long_ago = timezone.now() - timedelta(hours=3)
    silent = job_row(status="running", heartbeat_at=long_ago)
    heard = job_row(status="running", heartbeat_at=timezone.now())
    answers = {item["id"]: item for item in script.get("/jobs").json()["items"]}
    assert (answers[silent.pk]["status"], answers[silent.pk]["stale"]) == ("running", True)
    assert answers[heard.pk]["stale"] is False
    assert ids(script.get("/jobs", status="stale")) == [silent.pk]
    assert ids(script.get("/jobs/running")) == [heard.pk]


def test_it_filters_by_several_statuses_at_once(script, job_row):
    failed, lost = job_row(status="failed"), job_row(status="lost")
    job_row(status="completed")
    assert set(ids(script.get("/jobs", status="failed,lost"))) == {failed.pk, lost.pk}


@pytest.mark.parametrize(
    "query",
    [
        {"project": "bert"},
        {"group": "ablation"},
        {"name": "other"},
        {"chip": "tpu"},
        {"owner": "grace"},
        {"host": "n07"},
        {"search": "other"},
        {"fault": "true"},
        {"since": "2026-01-01"},
    ],
)
def test_it_narrows_as_the_page_does(script, job_row, query):
    old = timezone.now().replace(year=2025)
    job_row(listed_at=old)
    odd = job_row(
        project="bert", group="ablation", name="other", chip="tpu", unix_owner="grace",
        hosts=" n07 ", fault="not JSON", listed_at=timezone.now().replace(year=2026),
        search_text="bert\nablation\nother\nn07",
    )  # fmt: skip
    assert ids(script.get("/jobs", **query)) == [odd.pk]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "nonsense"}, "status"),
        ({"since": "yesterday"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"order": "password"}, "order"),
        ({"project": "a\0b"}, "project"),
        ({"search": "x" * 201}, "search"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_it_refuses_what_it_does_not_know(script, query, field):
    response = script.get("/jobs", **query)
    assert response.status_code == 422
    assert field in response.json()["error"]["field"]


@pytest.mark.parametrize("order", ["listed_at", "-listed_at", "name", "-name", "size_bytes"])
def test_it_has_each_job_on_one_page_while_jobs_are_added(script, job_row, order):
    names = ["b", "a", "c", "a", "b"]
    expected = {job_row(name=name, size_bytes=size).pk for size, name in enumerate(names)}
    seen, cursor = [], ""
    while cursor is not None:
        page = script.get("/jobs", order=order, limit=2, cursor=cursor).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        late = job_row(name="late", size_bytes=None, listed_at=timezone.now())
        Job.objects.filter(pk=late.pk).update(listed_at=timezone.now() + timedelta(days=1))
    assert len(seen) == len(set(seen))
    assert expected <= set(seen)


def test_it_gives_a_place_by_size_only_to_what_is_measured(script, job_row):
    small, large = job_row(size_bytes=1), job_row(size_bytes=5)
    job_row(size_bytes=None)
    answer = script.get("/jobs", order="-size_bytes")
    assert ids(answer) == [large.pk, small.pk]
    assert answer.json()["total"] == 2


@pytest.mark.parametrize(
    "cursor",
    ["~", "x", "2026~1", "0001-01-01T00:00:00+23:59~1", "2026-01-01T00:00:00~1", "\0~1",
     f"2026-01-01T00:00:00+00:00~{10**30}"],
)  # fmt: skip
def test_it_survives_a_cursor_that_is_none(script, job_row, cursor):
    job_row()
    assert script.get("/jobs", cursor=cursor).status_code in (200, 422)


def test_it_lists_what_began_in_the_last_hours(script, job_row):
    now = timezone.now()
    recent = job_row(listed_at=now - timedelta(minutes=20))
    older = job_row(listed_at=now - timedelta(hours=5))
    job_row(listed_at=now - timedelta(days=3))
    assert ids(script.get("/jobs/recent")) == [recent.pk, older.pk]
    assert ids(script.get("/jobs/recent", hours="0.5")) == [recent.pk]
    assert script.get("/jobs/recent", hours="0").status_code == 422
    assert script.get("/jobs/recent", hours="nan").status_code == 422


def test_it_lists_the_runs_of_one_name(script, job_row):
    one = job_row()
    job_row(name="other")
    assert ids(script.get(NAME)) == [one.pk]
    missing = script.get("/jobs/gpt/baselines/nothing")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "job_not_found"


def test_it_reads_the_job_of_the_root_that_is_named(script, job_row, tmp_path):
    first = job_row(run_id="same")
    later = Root.objects.create(path=str(tmp_path / "two"), kind=Root.Kind.STATUS, position=1)
    second = job_row(run_id="same", root=later)
    assert script.get(f"{NAME}/same").json()["id"] == first.pk
    assert script.get(f"{NAME}/same", root=later.pk).json()["id"] == second.pk
    assert script.get(f"{NAME}/same", root=10**6).status_code == 404
    assert ids(script.get(NAME, root=later.pk)) == [second.pk]


@pytest.mark.parametrize("run_id", ["a b", "ä%20", "100%", "a?b#c", "running", "~x", "'\"<b>"])
def test_it_finds_a_job_whatever_its_name(script, job_row, run_id):
    from urllib.parse import quote

    job = job_row(run_id=run_id)
    assert script.get(f"{NAME}/{quote(run_id, safe='')}").json()["id"] == job.pk


def test_it_hides_the_jobs_of_a_closed_project(script, staff_script, job_row, closed):
    hidden = job_row(project="secret", run_id="r")
    shown = job_row()
    assert ids(script.get("/jobs")) == [shown.pk]
    assert script.get("/jobs").json()["total"] == 1
    assert ids(script.get("/jobs", project="secret")) == []
    for path in ("/jobs/secret/baselines/lm_small", "/jobs/secret/baselines/lm_small/r"):
        answer = script.get(path)
        there, nowhere = answer.json(), script.get(path.replace("secret", "nothing")).json()
        assert answer.status_code == 404
        assert there["error"]["message"] == nowhere["error"]["message"]
    assert script.delete("/jobs/secret/baselines/lm_small/r").status_code == 404
    assert hidden.pk in ids(staff_script.get("/jobs"))


def test_it_moves_a_job_into_the_trash(staff_script, disk_job):  # noqa: F811
    job = disk_job()
    answer = staff_script.delete(f"{NAME}/{job.run_id}")
    assert answer.status_code == 200
    deleted = answer.json()
    assert Trash.objects.get().pk == deleted["trash_id"]
    assert deleted["files"] == 2
    assert deleted["label"] == str(job.path)
    assert not job.directory.exists()
    assert staff_script.get(f"{NAME}/{job.run_id}").status_code == 404


def test_it_lets_a_manager_delete_but_no_member(script, disk_job, member):  # noqa: F811
    job = disk_job()
    refused = script.delete(f"{NAME}/{job.run_id}")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "permission_denied"
    assert job.directory.exists()
    project = Project.objects.get_or_create(slug="gpt")[0]
    project.managers.add(member)
    assert script.delete(f"{NAME}/{job.run_id}").status_code == 200


def test_it_does_not_delete_what_runs(staff_script, disk_job):  # noqa: F811
    job = disk_job(status="running", heartbeat_at=timezone.now())
    answer = staff_script.delete(f"{NAME}/{job.run_id}")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "job_still_active"
    assert job.directory.exists()


def test_it_needs_more_than_reading_to_delete(staff, disk_job):  # noqa: F811
    job = disk_job()
    reader = Script(staff, ["read"])
    assert reader.delete(f"{NAME}/{job.run_id}").status_code == 403
    assert reader.get(f"{NAME}/{job.run_id}").status_code == 200


def test_it_needs_a_csrf_token_of_a_browser(staff, disk_job):  # noqa: F811
    from django.test import Client

    job = disk_job()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff)
    assert browser.get(f"/api/v1{NAME}/{job.run_id}").status_code == 200
    assert browser.delete(f"/api/v1{NAME}/{job.run_id}").status_code == 403
