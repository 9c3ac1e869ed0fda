"""Raw values and whole results, as they leave the house."""

import csv
import io
import json

import pytest
from asgiref.sync import async_to_sync

from runs.analysis.export import names_to_export, result_json, values_csv, values_json
from runs.errors import InvalidInput
from runs.models import BatchMetric, Iteration, Run

from .measured import keep_metric, measure, result_of

GRID = [
    {"label": "load 10", "overrides": {"general": {"load": 10}}, "values": [10]},
    {"label": "load 20", "overrides": {"general": {"load": 20}}, "values": [20]},
]


async def whole(pieces):
    return b"".join([piece async for piece in pieces])


def csv_text(batch, *names):
    return async_to_sync(whole)(values_csv(batch, names_to_export(batch, names))).decode()


def csv_rows(batch, *names):
    return list(csv.DictReader(io.StringIO(csv_text(batch, *names), newline="")))


def json_of(batch, *names):
    return json.loads(async_to_sync(whole)(values_json(batch, names_to_export(batch, names))))


def whole_result(batch):
    return json.loads(async_to_sync(whole)(result_json(batch)))


@pytest.fixture
def sweep(batch_with_runs):
    """Two points with two iterations each; the last has failed."""
    batch = batch_with_runs(
        ["completed", "completed", "completed", "failed"], kind="sweep", points=GRID,
        parameters=["general.load"], num_iterations=2, base_seed=7,
    )  # fmt: skip
    measure(batch, 0, 0, blocking=0.5)
    measure(batch, 0, 1, blocking=0.1 + 0.2)
    measure(batch, 1, 0, blocking=None)
    measure(batch, 1, 1, problem="exit code 1")
    keep_metric(batch, "blocking")
    return batch


def test_it_writes_one_line_an_iteration(sweep):
    runs = list(Iteration.objects.values_list("run_id", flat=True))
    assert csv_text(sweep).splitlines() == [
        "point,label,general.load,number,seed,run_id,status,x,blocking,problem",
        f"0,load 10,10,0,7,{runs[0]},completed,,0.5,",
        f"0,load 10,10,1,8,{runs[1]},completed,,0.30000000000000004,",
        f"1,load 20,20,0,7,{runs[2]},completed,,,blocking is no finite number",
        f"1,load 20,20,1,8,{runs[3]},failed,,,exit code 1",
    ]


def test_it_writes_one_line_a_load(batch_with_runs):
    batch = batch_with_runs(["completed"], num_iterations=1)
    measure(batch, 0, 0, blocking={100.0: 0.01, 200.0: None}, hops={100.0: 2.5}, seconds=3)
    for name in ("blocking", "hops", "seconds"):
        keep_metric(batch, name)
    rows = csv_rows(batch)
    assert [(row["x"], row["blocking"], row["hops"], row["seconds"]) for row in rows] == [
        ("100.0", "0.01", "2.5", ""),
        ("200.0", "", "", ""),
        ("", "", "", "3"),
    ]
    assert [row["problem"] for row in rows] == ["", "blocking is no finite number", ""]


def test_what_has_measured_nothing_has_its_line(batch_with_runs):
    batch = batch_with_runs(["completed", "running"])
    measure(batch, 0, 0, blocking=1)
    keep_metric(batch, "blocking")
    rows = csv_rows(batch)
    assert [row["status"] for row in rows] == ["completed", "running", "pending"]
    assert [row["blocking"] for row in rows] == ["1", "", ""]


def test_a_deleted_run_leaves_its_values(sweep):
    Run.objects.filter(iteration__point=0, iteration__number=0).delete()
    row = csv_rows(sweep)[0]
    assert (row["run_id"], row["status"], row["blocking"]) == ("", "gone", "0.5")


def test_it_narrows_to_the_metrics_asked_for(sweep):
    measure(sweep, 0, 0, blocking=0.5, hops=2)
    keep_metric(sweep, "hops")
    assert "blocking" not in csv_rows(sweep, "hops")[0]
    assert list(json_of(sweep, "hops")["rows"][0]["metrics"]) == ["hops"]


def test_it_refuses_a_metric_that_there_is_not(sweep):
    with pytest.raises(InvalidInput, match="no metric hobs. There are: blocking.") as refusal:
        names_to_export(sweep, ["hobs"])
    assert refusal.value.field == "metric"


def test_before_anything_is_known_there_are_no_columns_of_metrics(batch_with_runs):
    batch = batch_with_runs()
    assert csv_text(batch).splitlines()[0] == "point,label,number,seed,run_id,status,x,problem"
    assert len(csv_rows(batch)) == 3


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@cmd", "\tx", "＝x"])
def test_words_never_become_formulas(batch_with_runs, word):
    points = [{"label": word, "overrides": {}, "values": []}]
    batch = batch_with_runs(["failed"], num_iterations=1, points=points)
    measure(batch, 0, 0, problem=word, **{word: -1.5})
    keep_metric(batch, word)
    (row,) = csv_rows(batch)
    assert (row["label"], row["problem"], row[f"'{word}"]) == (f"'{word}", f"'{word}", "-1.5")


def test_a_metric_called_like_a_column_of_ours_is_told_apart(batch_with_runs):
    batch = batch_with_runs(["completed"], num_iterations=1)
    measure(batch, 0, 0, seed=4, status=5)
    keep_metric(batch, "seed")
    keep_metric(batch, "status")
    (row,) = csv_rows(batch)
    assert (row["seed"], row["metric seed"], row["metric status"]) == ("0", "4", "5")


def test_words_of_any_script_stay_what_they_are(batch_with_runs):
    points = [{"label": 'ü,"\nя', "overrides": {}, "values": []}]
    batch = batch_with_runs(["completed"], num_iterations=1, points=points)
    measure(batch, 0, 0, **{"блок": 1})
    keep_metric(batch, "блок")
    assert csv_rows(batch)[0]["label"] == 'ü,"\nя'
    assert (
        json_of(batch)["rows"][0] | {"label": 'ü,"\nя', "metrics": {"блок": 1}}
        == (json_of(batch)["rows"][0])
    )


def test_as_json_it_says_the_same(sweep):
    told = json_of(sweep)
    assert {name: told[name] for name in ("batch", "parameters", "metrics")} == {
        "batch": sweep.pk, "parameters": ["general.load"], "metrics": ["blocking"],
    }  # fmt: skip
    assert [row["metrics"] for row in told["rows"]] == [
        {"blocking": 0.5}, {"blocking": 0.1 + 0.2}, {"blocking": None}, {},
    ]  # fmt: skip
    last = Iteration.objects.get(point=1, number=1)
    assert told["rows"][-1] == {
        "point": 1, "label": "load 20", "values": {"general.load": 20}, "number": 1, "seed": 8,
        "run_id": last.run_id, "status": "failed", "x": None, "metrics": {},
        "problem": "exit code 1",
    }  # fmt: skip


def test_many_pieces_have_each_iteration_once_and_in_order(batch_row):
    points = [{"label": str(point), "overrides": {}, "values": []} for point in range(3)]
    batch = batch_row(points=points, num_iterations=110)
    places = [(point, number) for point in range(3) for number in range(110)]
    Iteration.objects.bulk_create(
        Iteration(batch=batch, point=point, number=number, seed=number)
        for point, number in reversed(places)
    )
    rows = json_of(batch)["rows"]
    assert [(row["point"], row["number"]) for row in rows] == places
    assert len(csv_rows(batch)) == 330


def test_the_whole_result_has_what_was_asked_and_every_number(sweep):
    sweep.result = result_of(sweep, "blocking", partial=True)
    told = whole_result(sweep)
    assert told["batch"]["points"] == GRID
    assert (told["batch"]["base_seed"], told["batch"]["status"]) == (7, "pending")
    assert told["result"] == sweep.result
    (metric,) = told["measured"]
    assert metric["summary"]["name"] == "blocking"
    assert metric["values"] == [
        {"point": 0, "x": None, "values": [[0, 0.5], [1, 0.1 + 0.2]]},
        {"point": 1, "x": None, "values": [[0, None]]},
    ]


def test_without_a_result_it_says_null(batch_with_runs):
    told = whole_result(batch_with_runs())
    assert (told["result"], told["measured"]) == (None, [])


def test_metrics_keep_their_order(sweep):
    for name in ("b", "a"):
        keep_metric(sweep, name)
    names = [each["summary"]["name"] for each in whole_result(sweep)["measured"]]
    assert names == ["blocking", "b", "a"] == names_to_export(sweep)


async def counted(pieces):
    return len([piece async for piece in pieces])


def test_it_holds_no_more_than_a_hundred_iterations_at_a_time(batch_row):
    batch = batch_row(num_iterations=350)
    Iteration.objects.bulk_create(
        Iteration(batch=batch, point=0, number=n, seed=n, metrics={"a": [[None, n]]})
        for n in range(350)
    )
    keep_names(batch, ["a"])
    assert async_to_sync(counted)(values_csv(batch, ["a"])) == 1 + 4


def test_it_reads_one_metric_at_a_time(batch_row):
    batch = batch_row()
    keep_names(batch, ["a", "b", "c"])
    assert async_to_sync(counted)(result_json(batch)) == 1 + 3 + 1


def keep_names(batch, names):
    BatchMetric.objects.bulk_create(
        BatchMetric(batch=batch, name=name, position=position, summary={}, values=[])
        for position, name in enumerate(names)
    )
