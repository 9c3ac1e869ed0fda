"""Batches by script, once they are there: look, list, cancel, retry, delete, values."""

import csv
import io
import json

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.api import batch_answers
from runs.models import Batch, BatchMetric, Event, Iteration, Run
from tests.analysis.measured import keep_metric, measure, result_of

from .test_answering import error_of
from .test_batches_create import COMPARE, REPEAT, made

GRID = [{"label": f"b={b}", "overrides": {"a": {"b": b}}, "values": [b]} for b in (1, 2)]


async def whole(response):
    return b"".join([piece async for piece in response])


def body_of(response):
    assert response.status_code == 200
    return async_to_sync(whole)(response).decode()


@pytest.fixture
def plain(script_program, project):
    return script_program("")


@pytest.fixture
def batch(batch_with_runs):
    """A sweep that has ended: of four iterations one has failed."""
    batch = batch_with_runs(
        ["completed", "completed", "completed", "failed"], kind="sweep", points=GRID,
        parameters=["a.b"], num_iterations=2, status="failed", base_seed=7,
        ended_at=timezone.now(),
    )  # fmt: skip
    Run.objects.filter(status="failed").update(reason="exit code 3")
    measure(batch, 0, 0, blocking=0.5)
    measure(batch, 0, 1, blocking=0.25)
    measure(batch, 1, 0, blocking=None)
    keep_metric(batch, "blocking")
    Batch.objects.update(result=result_of(batch, "blocking", partial=True, headlines=["Look."]))
    return batch


def test_it_says_all_of_it(script, batch):
    told = script.get(f"/batches/{batch.pk}").json()
    assert (told["id"], told["kind"], told["status"]) == (batch.pk, "sweep", "failed")
    assert told["points"] == GRID
    assert (told["parameters"], told["base_seed"], told["num_iterations"]) == (["a.b"], 7, 2)
    assert (told["counts"]["completed"], told["counts"]["failed"]) == (3, 1)
    assert told["progress"] == {"fraction": 1.0, "eta_seconds": None}
    assert (told["partial"], told["result"]["headlines"]) == (True, ["Look."])
    assert [metric["name"] for metric in told["measured"]] == ["blocking"]
    assert told["left_off"] == []


def test_it_says_which_failed_and_why(script, batch):
    failed = Iteration.objects.get(point=1, number=1)
    assert script.get(f"/batches/{batch.pk}").json()["failures"] == [
        {"point": 1, "number": 1, "seed": 8, "run_id": failed.run_id, "status": "failed",
         "message": "exit code 3"},
    ]  # fmt: skip


def test_statistics_that_are_long_are_asked_for_by_name(script, batch, monkeypatch):
    keep_metric(batch, "hops", label="x" * 500)
    monkeypatch.setattr(batch_answers, "MEASURED_CHARACTERS", 400)
    told = script.get(f"/batches/{batch.pk}").json()
    assert ([metric["name"] for metric in told["measured"]], told["left_off"]) == (
        ["blocking"], ["hops"],
    )  # fmt: skip
    asked = script.get(f"/batches/{batch.pk}", metric="hops").json()
    assert ([metric["name"] for metric in asked["measured"]], asked["left_off"]) == (["hops"], [])


@pytest.mark.parametrize("part", ["", "/values"])
def test_it_names_a_metric_that_there_is_not(script, batch, part):
    response = script.get(f"/batches/{batch.pk}{part}", metric="hobs")
    assert (response.status_code, error_of(response)["field"]) == (422, "metric")


def test_it_tells_how_long_it_still_takes(script, batch_with_runs):
    batch = batch_with_runs(["completed", "running"], num_iterations=4, status="running")
    now = timezone.now()
    Run.objects.filter(status="completed").update(
        started_at=now - timezone.timedelta(seconds=10), ended_at=now
    )
    told = script.get(f"/batches/{batch.pk}").json()
    assert told["progress"]["fraction"] == 0.25
    assert told["progress"]["eta_seconds"] > 0


def test_the_list_has_what_is_short(script, batch, batch_row):
    batch_row(name="other")
    page = script.get("/batches").json()
    assert (page["total"], page["next"]) == (2, None)
    assert [item["name"] for item in page["items"]] == ["other", "batch"]
    item = page["items"][1]
    assert (item["counts"]["completed"], item["partial"], item["project"]) == (3, True, "optics")
    assert "points" not in item
    assert "result" not in item


def test_the_list_asks_a_fixed_number_of_questions(script, batch_with_runs):
    def questions():
        with CaptureQueriesContext(connection) as captured:
            assert script.get("/batches").status_code == 200
        return len(captured)

    batch_with_runs(["running", "completed"])
    few = questions()
    for _ in range(4):
        batch_with_runs(["running", "completed"])
    assert questions() <= few


def test_the_list_goes_on_by_its_cursor(script, batch_row):
    for number in range(5):
        batch_row(name=f"b{number}")
    names, cursor = [], ""
    while cursor is not None:
        page = script.get("/batches", limit=2, cursor=cursor, order="name").json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == ["b0", "b1", "b2", "b3", "b4"]


NARROWED = [
    ({"status": "failed"}, ["batch"]),
    ({"status": "pending,running"}, ["other"]),
    ({"kind": "repeat"}, ["other"]),
    ({"project": "optics"}, ["other", "batch"]),
    ({"program": "script", "group": "default"}, ["other", "batch"]),
    ({"owner": "grace"}, []),
    ({"search": "OTH needle"}, ["other"]),
    ({"since": "2026-01-01", "until": "2999-01-01"}, ["other", "batch"]),
    ({"since": "2999-01-01T00:00:00Z"}, []),
    ({"order": "created_at"}, ["batch", "other"]),
    ({"order": "-ended_at"}, ["batch"]),
]
MEANINGLESS = [
    ({"status": "lost"}, "status"),
    ({"kind": "grid"}, "kind"),
    ({"project": "none"}, "project"),
    ({"since": "yesterday"}, "since"),
    ({"order": "owner"}, "order"),
    ({"limit": 0}, "limit"),
    ({"cursor": "x"}, None),
    ({"statsu": "failed"}, "statsu"),
]


def test_the_list_is_narrowed(script, batch, batch_row, other_member):
    batch_row(name="other", notes="a needle")
    for query, found in NARROWED:
        items = script.get("/batches", **query).json()["items"]
        assert [item["name"] for item in items] == found, query


def test_a_filter_that_means_nothing_is_refused(script, batch):
    for query, field in MEANINGLESS:
        response = script.get("/batches", **query)
        assert response.status_code == 422, query
        assert error_of(response).get("field") == field, query


def test_what_nobody_may_see_is_not_there(other_script, batch, project):
    project.is_open = False
    project.save()
    for part in ("", "/runs", "/values", "/result"):
        response = other_script.get(f"/batches/{batch.pk}{part}")
        assert error_of(response)["code"] == "batch_not_found"
    assert other_script.get("/batches").json()["total"] == 0
    assert other_script.get("/batches", project="optics").status_code == 422


@pytest.mark.parametrize("batch_id", ["0123456789ab", "a" * 300])
def test_an_unknown_batch_is_not_found(script, batch_id):
    assert error_of(script.get(f"/batches/{batch_id}"))["code"] == "batch_not_found"


def test_others_may_look_and_not_touch(other_script, batch):
    address = f"/batches/{batch.pk}"
    assert other_script.get(address).status_code == 200
    for answer in (
        other_script.post(f"{address}/cancel"), other_script.post(f"{address}/retry"),
        other_script.delete(address),
    ):  # fmt: skip
        assert (answer.status_code, error_of(answer)["code"]) == (403, "permission_denied")


def test_cancelling_ends_what_waits_at_once(script, plain):
    batch = made(script.post("/batches", REPEAT))
    response = script.post(f"/batches/{batch['id']}/cancel", {"grace_seconds": 2})
    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert response.json()["counts"]["cancelled"] == 3
    assert response.json()["cancel_requested_at"]
    again = script.post(f"/batches/{batch['id']}/cancel")
    assert (again.status_code, error_of(again)["code"]) == (409, "batch_already_finished")


def test_cancelling_orders_what_runs_to_end(script, plain):
    batch = made(script.post("/batches", REPEAT))
    Run.objects.filter(iteration__number=0).update(status="running")
    told = script.post(f"/batches/{batch['id']}/cancel", {"grace_seconds": 2.5}).json()
    assert (told["status"], told["counts"]["running"]) == ("pending", 1)
    assert Run.objects.get(status="running").cancel_grace_seconds == 2.5


@pytest.mark.parametrize("grace", [-1, 3601, "x"])
def test_a_grace_that_cannot_be_is_refused(script, batch, grace):
    response = script.post(f"/batches/{batch.pk}/cancel", {"grace_seconds": grace})
    assert error_of(response)["field"] == "grace_seconds"


def end(batch_id, *statuses):
    runs = Run.objects.filter(batch=batch_id).order_by("iteration__point", "iteration__number")
    for run, status in zip(runs, statuses, strict=True):
        Run.objects.filter(pk=run.pk).update(status=status, ended_at=timezone.now())
    Batch.objects.filter(pk=batch_id).update(status="completed", ended_at=timezone.now())


def test_a_retry_makes_what_failed_anew_on_the_same_seeds(script, plain):
    batch = made(script.post("/batches", {**REPEAT, "base_seed": 40}))
    end(batch["id"], "completed", "failed", "lost")
    old = set(Iteration.objects.values_list("run_id", flat=True))
    told = script.post(f"/batches/{batch['id']}/retry")
    assert told.status_code == 200, told.content
    assert (told.json()["status"], told.json()["counts"]["waiting"]) == ("running", 2)
    assert told.json()["failures"] == []
    new = Iteration.objects.filter(number__gt=0).values_list("run_id", "seed", "run__seed")
    assert {seed for _, seed, _ in new} == {run_seed for _, _, run_seed in new} == {41, 42}
    assert old.isdisjoint({run_id for run_id, _, _ in new})


def test_a_retry_of_nothing_is_refused(script, plain):
    batch = made(script.post("/batches", REPEAT))
    end(batch["id"], "completed", "completed", "completed")
    response = script.post(f"/batches/{batch['id']}/retry")
    assert (response.status_code, error_of(response)["code"]) == (409, "conflict")


def test_deleting_what_has_not_ended_cancels_it(script, plain):
    batch = made(script.post("/batches", REPEAT))
    response = script.delete(f"/batches/{batch['id']}")
    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert Batch.objects.filter(pk=batch["id"]).exists()


def test_deleting_what_has_ended_deletes_it_with_its_runs(script, plain):
    batch = made(script.post("/batches", COMPARE))
    end(batch["id"], *["completed"] * 4)
    assert script.delete(f"/batches/{batch['id']}").status_code == 204
    assert not Batch.objects.exists()
    assert not Run.objects.exists()
    assert Event.objects.filter(kind="batch.deleted").exists()
    assert script.delete(f"/batches/{batch['id']}").status_code == 404


def test_its_iterations_are_told_by_number(script, batch):
    page = script.get(f"/batches/{batch.pk}/runs").json()
    assert page["total"] == 4
    assert [(item["number"], item["point"]) for item in page["items"]] == [
        (0, 0), (0, 1), (1, 0), (1, 1),
    ]  # fmt: skip
    first, second, _, last = page["items"]
    assert (first["label"], first["seed"], first["status"]) == ("b=1", 7, "completed")
    assert (first["metrics"], second["metrics"]) == (
        {"blocking": [[None, 0.5]]}, {"blocking": [[None, None]]},
    )  # fmt: skip
    assert (last["status"], last["reason"], last["metrics"]) == ("failed", "exit code 3", None)
    assert {item["run_id"] for item in page["items"]} == set(
        Run.objects.values_list("pk", flat=True)
    )


def test_its_iterations_go_on_by_cursor(script, batch):
    found, cursor = [], ""
    while cursor is not None:
        page = script.get(f"/batches/{batch.pk}/runs", limit=1, cursor=cursor).json()
        found += [(item["number"], item["point"]) for item in page["items"]]
        cursor = page["next"]
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_its_iterations_are_narrowed(script, batch):
    for query, number in (
        ({"status": "failed"}, 1), ({"status": "completed,failed"}, 4), ({"point": 1}, 2),
        ({"status": "gone"}, 0), ({"point": 9}, 0),
    ):  # fmt: skip
        assert script.get(f"/batches/{batch.pk}/runs", **query).json()["total"] == number


def test_an_iteration_whose_run_was_deleted_keeps_what_it_measured(script, batch):
    Run.objects.filter(iteration__point=0, iteration__number=0).delete()
    (item,) = script.get(f"/batches/{batch.pk}/runs", status="gone").json()["items"]
    assert (item["run_id"], item["status"]) == (None, "gone")
    assert item["metrics"] == {"blocking": [[None, 0.5]]}
    assert script.get(f"/batches/{batch.pk}").json()["counts"]["gone"] == 1


def test_a_status_that_no_run_has_is_refused(script, batch):
    response = script.get(f"/batches/{batch.pk}/runs", status="done")
    assert (response.status_code, error_of(response)["field"]) == (422, "status")


def test_raw_values_come_as_a_table(script, batch):
    response = script.get(f"/batches/{batch.pk}/values", format="csv", metric="blocking")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f"batch-{batch.pk}-values.csv" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(body_of(response), newline="")))
    assert [(row["a.b"], row["seed"], row["blocking"]) for row in rows] == [
        ("1", "7", "0.5"), ("1", "8", "0.25"), ("2", "7", ""), ("2", "8", ""),
    ]  # fmt: skip


def test_raw_values_come_as_json(script, batch):
    response = script.get(f"/batches/{batch.pk}/values")
    assert response["Content-Type"] == "application/json"
    told = json.loads(body_of(response))
    assert told["metrics"] == ["blocking"]
    assert [row["metrics"] for row in told["rows"]] == [
        {"blocking": 0.5}, {"blocking": 0.25}, {"blocking": None}, {},
    ]  # fmt: skip


def test_several_metrics_may_be_asked_for(script, batch):
    for name in ("hops", "seconds"):
        keep_metric(batch, name)
    address = f"/api/v1/batches/{batch.pk}/values?metric=seconds&metric=blocking"
    assert json.loads(body_of(script.client.get(address)))["metrics"] == ["blocking", "seconds"]


def test_a_format_that_there_is_not_is_refused(script, batch):
    response = script.get(f"/batches/{batch.pk}/values", format="xlsx")
    assert (response.status_code, error_of(response)["field"]) == (422, "format")


def test_the_whole_result_is_the_same_as_that_of_the_page(script, batch, client, member):
    told = body_of(script.get(f"/batches/{batch.pk}/result"))
    client.force_login(member)
    page = client.get(f"/batches/{batch.pk}/result.json")
    assert body_of(page) == told
    assert page["Content-Disposition"].startswith("attachment")
    kept = BatchMetric.objects.get()
    assert json.loads(told)["measured"] == [{"summary": kept.summary, "values": kept.values}]


def test_the_page_gives_the_same_table(script, batch, client, member):
    told = body_of(script.get(f"/batches/{batch.pk}/values", format="csv"))
    client.force_login(member)
    assert body_of(client.get(f"/batches/{batch.pk}/values.csv")) == told
    response = client.get(f"/batches/{batch.pk}/values.csv?metric=hobs")
    assert response.status_code == 422
    assert client.get("/batches/0123456789ab/values.csv").status_code == 404
