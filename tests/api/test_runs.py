"""List, look at, edit, cancel and delete runs by script."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from runs.models import Event, Project, Run

from .conftest import Script
from .test_answering import error_of


def ids(response):
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


@pytest.fixture
def three(run_row, other_member):
    """By their names; of ada but for `c`."""
    return {
        "a": run_row(name="a", status="failed", tags=["paper"], ended_at=timezone.now()),
        "b": run_row(name="b", status="completed", group="k5", notes="needle in hay"),
        "c": run_row(name="c", owner=other_member),
    }


def test_it_lists_everybodys_newest_first(script, three):
    response = script.get("/runs")
    assert ids(response) == [three[name].pk for name in "cba"]
    assert response.json()["total"] == 3


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "failed"}, "a"),
        ({"status": "failed, completed"}, "ba"),
        ({"owner": "grace"}, "c"),
        ({"owner": "nobody"}, ""),
        ({"project": "optics"}, "cba"),
        ({"program": "script", "group": "k5"}, "b"),
        ({"tag": "paper"}, "a"),
        ({"tag": "pap"}, ""),
        ({"search": "needle"}, "b"),
        ({"since": "2000-01-01", "until": "2001-01-01"}, ""),
        ({"since": "2000-01-01T00:00:00+02:00"}, "cba"),
        ({"order": "name"}, "abc"),
        ({"order": "-name", "limit": "2"}, "cb"),
        ({"order": "ended_at"}, "a"),
    ],
)
def test_it_narrows_and_sorts(script, three, query, names):
    assert ids(script.get("/runs", **query)) == [three[name].pk for name in names]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "failing"), ("project", "none"), ("program", "none"), ("since", "yesterday"),
        ("until", "2026-02-30"), ("since", "0001-01-01T00:00:00+14:00"), ("order", "notes"),
        ("limit", "0"), ("limit", "501"), ("limit", "many"), ("state", "failed"),
        ("search", "a" * 201), ("tag", "\0"),
    ],
)  # fmt: skip
def test_it_refuses_a_filter_that_means_nothing(script, three, name, value):
    response = script.get("/runs", **{name: value})
    assert (response.status_code, error_of(response)["field"]) == (422, name)


@pytest.mark.parametrize("cursor", ["x", "~", "2026~a", "0001-01-01T00:00:00+14:00~a", "-1~\x01"])
def test_it_refuses_a_damaged_cursor(script, three, cursor):
    assert script.get("/runs", cursor=cursor).status_code == 422


def test_it_takes_the_plus_of_a_zone_for_what_it_was(script, three):
    response = script.client.get("/api/v1/runs?until=2000-01-01T00:00:00+02:00")
    assert ids(response) == []


def test_it_means_the_whole_of_the_last_day(script, three):
    day = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    Run.objects.filter(name="a").update(created_at=day)
    assert ids(script.get("/runs", until="2026-03-04")) == [three["a"].pk]
    assert ids(script.get("/runs", until="2026-03-04T23:00:00Z")) == []


def test_it_turns_pages_while_runs_are_added(script, run_row):
    old = [run_row(name=f"r{n}") for n in range(5)]
    first = script.get("/runs", limit=2).json()
    run_row(name="new")
    second = script.get("/runs", limit=2, cursor=first["next"]).json()
    third = script.get("/runs", limit=2, cursor=second["next"]).json()
    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == [run.pk for run in reversed(old)]
    assert third["next"] is None


def test_it_asks_as_often_for_many_as_for_few(script, run_row, django_assert_max_num_queries):
    for n in range(30):
        run_row(name=f"r{n}")
    script.get("/runs")
    with django_assert_max_num_queries(12):
        assert len(ids(script.get("/runs"))) == 30


def test_it_shows_progress_and_place_in_a_list(script, run_row):
    progress = {"fraction": 0.5, "eta_seconds": 12.0, "latest_metrics": {"loss": 1.5}}
    run_row(name="running", status="running", progress=progress, verified_at=timezone.now())
    run_row(name="first")
    run_row(name="second")
    second, first, running = script.get("/runs").json()["items"]
    assert running["progress"] == progress
    assert (first["queue_position"], second["queue_position"]) == (0, 1)
    assert running["queue_position"] is None


def test_it_hides_runs_of_closed_projects_from_lists(script, run_row, member, other_member):
    secret = Project.objects.create(slug="secret", is_open=False)
    run = run_row(project=secret, owner=other_member)
    assert ids(script.get("/runs")) == []
    assert script.get("/runs").json()["total"] == 0
    assert script.get("/runs", project="secret").status_code == 422
    secret.members.add(member)
    assert ids(Script(member).get("/runs", project="secret")) == [run.pk]


def test_it_tells_all_of_a_run_that_has_ended(script, make_run, supervisor):
    run = make_run("print('hello')", seed=5)
    supervisor.until_status(run, "completed")
    found = script.get(f"/runs/{run.pk}").json()
    assert (found["status"], found["exit_code"], found["signal"]) == ("completed", 0, None)
    assert found["pid"] > 0
    assert found["host"]
    assert found["configuration"] == {"format": "ini", "text": "[a]\nb = 1\n"}
    assert found["started_at"] <= found["ended_at"]
    assert found["verified_at"].endswith("Z") or "+" in found["verified_at"]


def test_it_tells_of_a_run_whose_files_are_gone(script, run_row):
    found = script.get(f"/runs/{run_row(status='lost').pk}").json()
    assert found["configuration"] == {"format": "ini", "text": None}


def test_it_knows_no_other_run(script, db):
    for pk in ("nothing", "0" * 12, "..", "%2e%2e", "a" * 500):
        response = script.get(f"/runs/{pk}")
        assert response.status_code == 404
        assert error_of(response)["code"] in {"run_not_found", "not_found"}


def test_it_edits_words_at_any_time(script, run_row):
    run = run_row(status="completed")
    edited = script.patch(f"/runs/{run.pk}", {"notes": "needle", "tags": ["b", "a"]}).json()
    assert (edited["notes"], edited["tags"]) == ("needle", ["b", "a"])
    assert ids(script.get("/runs", search="needle")) == [run.pk]


def test_it_tells_of_an_edit_once(script, run_row, member):
    run = run_row(notes="old")
    for _ in range(2):
        assert script.patch(f"/runs/{run.pk}", {"notes": "new"}).status_code == 200
    event = Event.objects.get(kind="run.edited")
    assert (event.subject, event.actor, event.project) == (run.pk, member, "optics")


def test_it_renames_a_run_with_its_directory(
    script, make_run, supervisor, django_capture_on_commit_callbacks
):
    run = make_run("print('hello')", name="before")
    old = run.directory
    with django_capture_on_commit_callbacks(execute=True):
        edited = script.patch(f"/runs/{run.pk}", {"name": "after", "priority": -3}).json()
    assert (edited["name"], edited["priority"]) == ("after", -3)
    run.refresh_from_db()
    assert run.config_path.read_text() == "[a]\nb = 1\n"
    assert not old.exists()
    assert ids(script.get("/runs", search="after")) == [run.pk]
    supervisor.until_status(run, "completed")


@pytest.mark.parametrize("change", [{"name": "new"}, {"priority": -1}])
@pytest.mark.parametrize(
    "fields", [{"status": "running"}, {"status": "failed"}, {"claimed_by": "x"}]
)
def test_it_renames_nothing_that_has_begun(script, run_row, change, fields):
    run = run_row(**fields)
    response = script.patch(f"/runs/{run.pk}", change)
    assert (response.status_code, error_of(response)["code"]) == (409, "run_already_started")


def test_it_leaves_everything_where_the_directory_is_gone(script, run_row):
    run = run_row(name="before")
    assert script.patch(f"/runs/{run.pk}", {"name": "after"}).status_code == 409
    run.refresh_from_db()
    assert run.name == "before"
    assert not list(Path(run.root).rglob("after"))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a/b"},
        {"name": ""},
        {"priority": 1},
        {"status": "failed"},
        {"notes": 1},
        {"tags": "a"},
    ],
)
def test_it_refuses_an_edit_that_cannot_be(script, run_row, change):
    response = script.patch(f"/runs/{run_row().pk}", change)
    assert response.status_code == 422
    assert error_of(response)["field"] == next(iter(change))


def test_it_lets_only_those_edit_who_may_act(script, other_script, staff_script, run_row):
    run = run_row()
    response = other_script.patch(f"/runs/{run.pk}", {"notes": "mine"})
    assert (response.status_code, error_of(response)["code"]) == (403, "permission_denied")
    assert staff_script.patch(f"/runs/{run.pk}", {"priority": 10}).json()["priority"] == 10


def test_it_cancels_a_waiting_run_at_once(script, make_run):
    run = make_run()
    response = script.post(f"/runs/{run.pk}/cancel")
    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert response.json()["cancel_receipt"]["all_gone"] is True
    again = script.post(f"/runs/{run.pk}/cancel")
    assert (again.status_code, error_of(again)["code"]) == (409, "run_already_finished")


def test_it_orders_a_running_run_to_stop(script, run_row):
    run = run_row(status="running", verified_at=timezone.now())
    response = script.post(f"/runs/{run.pk}/cancel", {"grace_seconds": 0.5})
    assert (response.status_code, response.json()["status"]) == (202, "running")
    run.refresh_from_db()
    assert run.cancel_grace_seconds == 0.5
    assert response.json()["cancel_requested_at"]


@pytest.mark.parametrize("grace", [-1, 3601, "soon", [], "nan"])
def test_it_refuses_a_grace_period_that_is_none(script, run_row, grace):
    run = run_row(status="running")
    response = script.post(f"/runs/{run.pk}/cancel", {"grace_seconds": grace})
    assert (response.status_code, error_of(response)["field"]) == (422, "grace_seconds")


def test_it_cancels_what_runs_and_deletes_what_has_ended(script, make_run):
    run = make_run()
    directory = run.directory
    cancelled = script.delete(f"/runs/{run.pk}")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    deleted = script.delete(f"/runs/{run.pk}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert not directory.exists()
    assert script.delete(f"/runs/{run.pk}").status_code == 404


def test_it_deletes_nothing_of_another(other_script, make_run):
    run = make_run()
    assert other_script.delete(f"/runs/{run.pk}").status_code == 403
    assert Run.objects.get().status == "pending"


@pytest.mark.parametrize("scopes", [["read"], ["review"], ["admin"]])
def test_it_asks_for_the_scope_of_runs(member, make_run, scopes):
    run, script = make_run(), Script(member, scopes)
    for response in (
        script.post("/runs", {}),
        script.post(f"/runs/{run.pk}/cancel"),
        script.delete(f"/runs/{run.pk}"),
        script.patch(f"/runs/{run.pk}", {"notes": "x"}),
    ):
        assert (response.status_code, error_of(response)["code"]) == (403, "permission_denied")


def test_it_says_that_a_running_run_has_fallen_silent(script, run_row):
    long_ago = timezone.now() - timedelta(hours=1)
    run = run_row(status="running", verified_at=long_ago)
    found = script.get(f"/runs/{run.pk}").json()
    assert found["is_stale"] is True
    assert "60 min" in found["reason"]
