"""The page of one run: its tabs, its header, what it offers to whom."""

import json
import shutil

import pytest
from django.utils import timezone

from runs.contract.status import Status

TABS = ["overview", "log", "progress", "artifacts", "configuration"]


@pytest.fixture
def reader(client, member):
    client.force_login(member)
    return client


def finish(run, status=Status.COMPLETED, **fields):
    now = timezone.now()
    values = {"status": status, "started_at": now, "ended_at": now, **fields}
    type(run).objects.filter(pk=run.pk).update(**values)
    run.refresh_from_db()
    return run


def page(client, run, tab="overview", **query):
    return client.get(f"/runs/{run.pk}/", {"tab": tab, **query})


def test_it_asks_for_a_login(client, make_run):
    answer = page(client, make_run())
    assert answer.status_code == 302 and "/accounts/login/" in answer.url


def test_it_has_no_page_for_an_unknown_run(reader):
    answer = reader.get("/runs/0123456789ab/")
    assert answer.status_code == 404
    assert "There is no such run" in answer.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_it_shows_each_tab_of_a_run_that_waits(reader, make_run, tab):
    answer = page(reader, make_run(), tab)
    assert answer.status_code == 200
    assert f'data-tab="{tab}"' in answer.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_it_shows_each_tab_when_the_files_are_gone(reader, make_run, tab):
    run = finish(make_run())
    shutil.rmtree(run.directory)
    assert page(reader, run, tab).status_code == 200


def test_it_falls_back_to_the_overview(reader, make_run):
    assert 'data-tab="overview"' in page(reader, make_run(), "nonsense").content.decode()


def test_it_gives_htmx_the_tab_alone(reader, make_run):
    run = make_run()
    part = reader.get(f"/runs/{run.pk}/?tab=log", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and 'data-tab="log"' in part
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in reader.get(f"/runs/{run.pk}/?tab=log", headers=back).content.decode()


def test_it_offers_what_the_status_allows(reader, make_run):
    run = make_run()
    waiting = page(reader, run).content.decode()
    assert "act-cancel" in waiting and "act-retry" not in waiting and "act-delete" not in waiting
    ended = page(reader, finish(run)).content.decode()
    assert "act-cancel" not in ended and "act-retry" in ended and "act-delete" in ended


def test_it_offers_to_kill_what_is_being_cancelled(reader, make_run):
    run = make_run()
    now = timezone.now()
    type(run).objects.update(status=Status.RUNNING, cancel_requested_at=now, started_at=now)
    shown = reader.get(f"/runs/{run.pk}/header/").content.decode()
    assert "Kill now" in shown and 'name="grace_seconds" value="0"' in shown


def test_it_lets_others_clone_only(client, other_member, make_run):
    client.force_login(other_member)
    shown = page(client, make_run()).content.decode()
    assert "act-clone" in shown and "act-cancel" not in shown


def test_it_tells_the_directory_to_staff_only(client, member, staff, make_run):
    run = make_run()
    client.force_login(member)
    assert str(run.directory) not in page(client, run).content.decode()
    client.force_login(staff)
    assert str(run.directory) in page(client, run).content.decode()


def test_it_shows_the_receipt_of_a_cancellation(reader, make_run):
    at = "2026-11-21T09:38:40.5+00:00"
    signalled = [
        {"pid": 41, "name": "python", "signal": "SIGTERM", "at": at},
        {"pid": 42, "name": "<b>", "signal": "SIGTERM", "at": at},
        {"pid": 41, "name": "python", "signal": "SIGKILL", "at": at},
    ]
    receipt = {"signalled": signalled, "still_alive": [{"pid": 42, "name": "<b>"}]}
    run = finish(make_run(), Status.CANCELLED, cancel_receipt={**receipt, "all_gone": False})
    shown = page(reader, run).content.decode()
    assert "Not all of it is gone" in shown and "to 2 processes" in shown
    assert "&lt;b&gt; (42)" in shown and "<b> (42)" not in shown


def test_it_shows_what_a_run_wrote_as_text(reader, make_run):
    run = make_run(name="try")
    (run.directory / "output.log").write_text("\x1b[31m<script>alert(1)</script>\x1b[0m\n")
    for tab in ("overview", "log"):
        shown = page(reader, run, tab).content.decode()
        assert "&lt;script&gt;alert(1)" in shown and "<script>alert(1)" not in shown


def write_progress(run, *events):
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    (run.directory / "progress.jsonl").write_text("\n".join(lines) + "\n")


def iteration(load, value, n=1):
    return {
        "type": "iteration",
        "erlang": load,
        "iteration": n,
        "total_iterations": 2,
        "metrics": {"blocking_prob": value},
    }


def test_it_shows_metrics_as_a_table_and_as_data_for_the_chart(reader, make_run):
    run = make_run()
    write_progress(run, iteration(100, 0.01), iteration(100, 0.03, 2), iteration(1200, 0.5))
    answer = page(reader, run, "progress", part="figures")
    shown = answer.content.decode()
    assert "0.02" in shown and "1,200" in shown and "<html" not in shown
    points = answer.context["chart_data"]["charts"][0]["points"]
    assert [point["x"] for point in points] == [100, 1200]


def test_it_follows_a_progress_file_that_grows_and_one_begun_anew(reader, make_run):
    run = make_run()
    for value in (0.125, 0.25):
        write_progress(run, iteration(100, value))
        assert str(value) in page(reader, run, "progress").content.decode()


def test_it_warns_of_malformed_progress_and_uses_the_rest(reader, make_run):
    run = make_run()
    write_progress(run, "{broken", iteration(100, 0.5), "\x00\xff junk")
    shown = page(reader, run, "progress").content.decode()
    assert "2 lines of progress.jsonl could not be read" in shown and "0.5" in shown


def test_it_cannot_be_broken_out_of_by_a_metric_s_name(reader, make_run):
    run = make_run()
    name = "</script><script>alert(1)</script>"
    write_progress(run, {"erlang": 1, "iteration": 1, name: 0.5})
    assert "<script>alert" not in page(reader, run, "progress").content.decode()


def test_it_shows_the_configuration_and_what_was_changed(reader, make_run):
    run = make_run(config_text="[a]\nb = 1\n", overrides={"a": {"b": "<i>2"}})
    shown = page(reader, run, "configuration").content.decode()
    assert "&lt;i&gt;2" in shown and "<i>2" not in shown
    assert "diff-line removed" in shown and "diff-line added" in shown
