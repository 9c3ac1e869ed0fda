"""The dashboard and the frame around every page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.events import latest_seq
from runs.models import Event, Project, Supervisor
from runs.web.views import dashboard


@pytest.fixture
def beat(db):
    """A supervisor whose last heartbeat was so many seconds ago."""

    def make(seconds=0):
        when = timezone.now() - timedelta(seconds=seconds)
        return Supervisor.objects.create(
            name="s", host="lab-1", pid=4711, heartbeat_at=when, slots=2
        )

    return make


def test_it_gives_the_first_step_where_nothing_has_run(client, member):
    client.force_login(member)
    html = client.get("/").content.decode()
    assert "Launch a first run" in html
    assert "manage.py launch" in html


def test_it_shows_what_runs_waits_and_has_ended_of_everybody(
    client, member, other_member, run_row, beat
):
    beat()
    run_row(name="runs-now", status="running", owner=other_member)
    run_row(name="later", priority=-1)
    run_row(name="next")
    run_row(name="was", status="failed", reason="exit code 9", ended_at=timezone.now())
    client.force_login(member)
    page = client.get("/")
    assert [row.run.name for row in page.context["running"]] == ["runs-now"]
    assert [row.run.name for row in page.context["waiting"]] == ["next", "later"]
    assert [row.run.name for row in page.context["ended"]] == ["was"]
    html = page.content.decode()
    for words in ("exit code 9", "1 ahead of you", "lab-1, pid 4711", "free of"):
        assert words in html


def test_it_refreshes_its_parts_and_the_frame_in_one_answer(client, member, beat):
    client.force_login(member)
    html = client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    for part in ("frame-banner", "frame-slots", "dashboard-runs", "dashboard-machine"):
        assert f'id="{part}"' in html


@pytest.mark.parametrize("address", ["/", "/runs/", "/templates/", "/accounts/password/", "/nope/"])
def test_it_says_on_every_page_that_no_supervisor_is_running(client, member, beat, address):
    client.force_login(member)
    assert "None has ever been seen" in client.get(address).content.decode()
    beat(180)
    html = client.get(address).content.decode()
    assert "No supervisor is running." in html
    assert "3 min ago" in html


def test_it_says_nothing_while_one_is_alive(client, member, beat):
    beat()
    client.force_login(member)
    assert "No supervisor is running" not in client.get("/frame/").content.decode()
    assert "No supervisor is running" not in client.get("/runs/").content.decode()


def test_it_tells_the_page_where_events_go_on(client, member, make_run):
    make_run()
    client.force_login(member)
    assert f'data-events-since="{latest_seq()}"' in client.get("/runs/").content.decode()


def test_it_writes_large_event_numbers_as_script_reads_them(client, member, make_run):
    make_run()
    Event.objects.update(seq=1234567)
    client.force_login(member)
    assert 'data-events-since="1234567"' in client.get("/").content.decode()


def test_it_shows_the_admin_to_staff_alone(client, member, staff):
    client.force_login(member)
    assert 'href="/admin/"' not in client.get("/").content.decode()
    client.force_login(staff)
    assert 'href="/admin/"' in client.get("/").content.decode()


def test_it_marks_the_page_one_is_on(client, member):
    client.force_login(member)
    assert '<a href="/runs/" aria-current="page">' in client.get("/runs/").content.decode()


def test_it_allows_nothing_inline(client, member, run_row):
    run_row(status="running", progress={"fraction": 0.5})
    client.force_login(member)
    for address in ("/", "/runs/", "/templates/", "/accounts/password/"):
        response = client.get(address)
        html = response.content.decode()
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert " style=" not in html
        assert " onclick=" not in html
        assert html.count("<script") == html.count("<script src=") + html.count(
            '<script type="module" src='
        )


def test_it_counts_what_is_on_the_cluster(client, member, job_row, checkpoint_row):
    now = timezone.now()
    job_row(status="running", heartbeat_at=now, total_chips=16)
    job_row(status="running", heartbeat_at=now - timedelta(hours=1), total_chips=8)
    job_row(status="failed")
    job_row(status="failed", listed_at=now - timedelta(days=8))
    checkpoint_row(size_bytes=4_200_000_000_000)
    client.force_login(member)
    html = client.get("/").content.decode()
    for words in ("1 running", "1 stale", "1 failed", "16 chips", "1 checkpoint", "4.2 TB"):
        assert words in html


def test_it_says_nothing_of_a_cluster_there_is_none_of(client, member, status_root):
    client.force_login(member)
    assert "On the cluster" not in client.get("/").content.decode()


def test_it_shows_how_far_a_first_scan_is(client, member, status_root):
    status_root.state = "scanning"
    status_root.scan_done, status_root.scan_total = 25_000, 100_000
    status_root.save()
    client.force_login(member)
    html = client.get("/").content.decode()
    assert 'value="0.2500"' in html and "25,000 of 100,000" in html


@pytest.mark.parametrize("state", ["missing", "held"])
def test_it_says_that_a_root_needs_a_look(client, member, status_root, state):
    status_root.state, status_root.reason = state, "the disk is not mounted"
    status_root.save()
    client.force_login(member)
    html = client.get("/").content.decode()
    assert "the disk is not mounted" in html and 'href="/roots/"' in html


def test_it_lists_what_waits_in_the_order_of_the_queue(
    client, member, other_member, run_row, batch_with_runs
):
    batch = batch_with_runs(num_iterations=12, owner=other_member, name="batch")
    run_row(name="single")
    run_row(name="starting", claimed_by="supervisor")
    client.force_login(member)
    rows = client.get("/").context["waiting"]
    assert [row.run.name for row in rows] == ["starting", "batch", "single", *["batch"] * 7]
    ids = batch.runs.order_by("created_at").values_list("pk", flat=True)
    assert [row.run.pk for row in rows if row.run.batch_id] == list(ids[:8])


def test_it_lists_what_waits_behind_many_that_one_may_not_see(
    client, member, other_member, run_row, batch_with_runs, monkeypatch
):
    monkeypatch.setattr(dashboard, "LOOKED_AHEAD", 2)
    secret = Project.objects.create(slug="secret", is_open=False)
    run_row(name="mine", priority=-1)
    for _ in range(3):
        run_row(name="hidden", project=secret, owner=other_member)
    client.force_login(member)
    assert [row.run.name for row in client.get("/").context["waiting"]] == ["mine"]
