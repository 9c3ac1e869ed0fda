"""From measured iterations to a result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.analysis.result import BatchResult, MetricSummary
from runs.analysis.statistics.summary import summarise

from .evaluating import (
    BLOCKING,
    HOPS,
    NOW,
    evaluated,
    plan,
    ran,
    summary_of,
    sweep,
    values_of,
)

RANDOM = np.random.default_rng(41)
TWENTY = [float(value) for value in RANDOM.normal(0.0231, 0.001, 20)]


def repeated(values=TWENTY):
    return [ran(number, value) for number, value in enumerate(values)]


def test_it_sums_up_what_was_repeated():
    found = evaluated(repeated())
    cell = summary_of(found).cells[0]
    assert cell.summary == summarise(TWENTY)
    assert (cell.point, cell.x, cell.missing, cell.not_finite) == (0, None, 0, 0)
    assert found.result.analysed_at == NOW
    assert not found.result.partial
    assert (found.result.total, found.result.ended, found.result.completed) == (20, 20, 20)


def test_it_keeps_the_raw_values_by_number():
    found = evaluated([ran(2, 0.3), ran(0, 0.1), ran(1, 0.2)])
    (values,) = values_of(found)
    assert (values.point, values.x) == (0, None)
    assert values.values == [(0, 0.1), (1, 0.2), (2, 0.3)]


def test_it_names_what_the_program_declares():
    summary = summary_of(evaluated(repeated()))
    assert (summary.label, summary.scale, summary.x_name) == ("blocking probability", "log", None)
    bare = evaluated([ran(0, metrics={"loss": [[None, 1.0]]})], plan(declared=[]))
    assert (summary_of(bare, "loss").label, summary_of(bare, "loss").scale) == ("loss", "linear")


def test_it_says_what_was_repeated():
    (headline,) = evaluated(repeated()).result.headlines
    assert headline.startswith("blocking probability 0.02")
    assert ", 95 % CI 0.02" in headline
    assert headline.endswith(", 20 runs")


def test_it_puts_metrics_in_order():
    metrics = {name: [[None, 1.0]] for name in ("zeta", "alpha", "mean_hops", "loss")}
    found = evaluated([ran(0, metrics=metrics)], plan(metrics=["loss"], declared=[BLOCKING, HOPS]))
    assert found.result.metrics == ["loss", "blocking_prob", "mean_hops", "alpha", "zeta"]
    assert [summary.name for summary, _ in found.metrics] == found.result.metrics


def test_it_says_what_nobody_measured():
    found = evaluated(
        [ran(0, metrics={"loss": [[None, 1.0]]})], plan(metrics=["latency"], declared=[HOPS])
    )
    assert found.result.warnings == [
        "asked for, but measured by no run: latency",
        "declared by the program, but measured by no run: mean_hops",
    ]
    latency = summary_of(found, "latency")
    assert latency.xs == [None]
    assert [(cell.summary, cell.missing) for cell in latency.cells] == [(None, 1)]
    assert latency.warnings == ["no value"]
    assert values_of(found, "latency") == []


def test_it_says_that_no_run_measured_anything():
    found = evaluated([ran(0, metrics={}), ran(1, metrics={})])
    assert found.result.warnings == ["no run has measured anything"]
    assert [problem.message for problem in found.result.problems] == ["it has measured nothing"] * 2


def test_it_waits_quietly_for_the_first_to_end():
    found = evaluated([ran(0, status="running"), ran(1, status="pending")])
    assert found.result.partial
    assert (found.result.ended, found.result.completed) == (0, 0)
    assert found.result.warnings == []
    assert found.result.headlines == []
    assert found.result.problems == []


def test_it_has_no_load_where_every_run_has_one():
    measured = [ran(number, [[300.0, 0.1 + number]]) for number in range(3)]
    summary = summary_of(evaluated(measured))
    assert summary.xs == [None]
    assert summary.x_name is None
    assert summary.cells[0].summary.n == 3


def test_it_keeps_loads_apart_where_runs_have_several():
    measured = [ran(number, [[200.0, 0.2], [100.0, 0.1]]) for number in range(3)]
    found = evaluated(measured)
    summary = summary_of(found)
    assert summary.xs == [100.0, 200.0]
    assert summary.x_name == "Erlang"
    assert [cell.summary.mean for cell in summary.cells] == [0.1, 0.2]
    assert [values.x for values in values_of(found)] == [100.0, 200.0]
    assert found.result.headlines == [
        "blocking probability from 0.1 at 100 Erlang to 0.2 at 200 Erlang, 3 runs"
    ]


def test_it_compares_across_loads_that_the_points_have_in_place_of_others():
    measured = [ran(n, [[300.0 + 100 * p, 0.1]], point=p) for p in (0, 1) for n in range(2)]
    assert summary_of(evaluated(measured, plan("compare"))).xs == [None]


def test_it_says_what_is_no_number_and_what_is_missing():
    two_loads = [[100.0, 0.1], [200.0, 0.2]]
    measured = [
        ran(0, two_loads),
        ran(1, [[100.0, None], [200.0, 0.2]]),
        ran(2, [[100.0, 0.1]]),
        ran(3, metrics={"loss": [[None, 1.0]]}),
    ]
    found = evaluated(measured)
    summary = summary_of(found)
    assert [(cell.missing, cell.not_finite) for cell in summary.cells] == [(1, 1), (2, 0)]
    assert [cell.summary.n for cell in summary.cells] == [2, 2]
    assert summary.warnings == [
        "values of completed runs that are missing: 3",
        "values that are no finite numbers, and left out: 1",
    ]
    messages = {problem.number: problem.message for problem in found.result.problems}
    assert messages == {
        0: "no loss",
        1: "blocking_prob is no finite number at 100 Erlang; no loss",
        2: "no blocking_prob at 200 Erlang; no loss",
        3: "no blocking_prob at 100, 200 Erlang",
    }
    assert (1, None) in values_of(found)[0].values


def test_it_reports_17_of_20_and_which_three():
    measured = repeated()
    for number in (3, 7, 12):
        measured[number] = ran(number, status="failed", problem="exit code 1")
    result = evaluated(measured).result
    assert (result.completed, result.ended, result.total, result.partial) == (17, 20, 20, True)
    assert result.warnings == [
        "17 of 20 ended iterations completed; not number 3 (failed), 7 (failed), 12 (failed)"
    ]
    assert [(problem.number, problem.seed, problem.run_id) for problem in result.problems] == [
        (3, 103, "000000000003"),
        (7, 107, "000000000007"),
        (12, 112, "00000000000c"),
    ]
    assert {problem.message for problem in result.problems} == {"exit code 1"}
    assert result.problem_total == 3


@pytest.mark.parametrize("status", ["failed", "cancelled", "lost", "preempted", "gone"])
def test_it_counts_whatever_did_not_complete(status):
    result = evaluated([*repeated(TWENTY[:19]), ran(19, status=status)]).result
    assert (result.ended, result.completed) == (20, 19)
    assert result.problems[0].status == status


def test_it_takes_no_measurement_of_a_run_that_failed():
    found = evaluated([ran(0, 0.1), ran(1, 9.0, status="failed")])
    assert summary_of(found).cells[0].summary.n == 1


def test_it_keeps_what_a_deleted_run_had_measured():
    found = evaluated([ran(0, 0.1), ran(1, 0.2, status="gone", run_id=None)])
    assert summary_of(found).cells[0].summary.n == 2
    assert found.result.completed == 2
    assert found.result.problems == []


def test_it_misses_nothing_of_a_run_that_was_not_read_yet():
    found = evaluated([ran(0, 0.1), ran(1)])
    assert summary_of(found).cells[0].missing == 0
    assert found.result.completed == 2
    assert found.result.problems == []


def test_it_says_failures_first_and_bounds_them():
    measured = [ran(number, metrics={}) for number in range(300)]
    measured.append(ran(300, status="failed", problem="x" * 900))
    result = evaluated(measured, plan(total=301)).result
    assert (len(result.problems), result.problem_total) == (200, 301)
    assert result.problems[0].number == 300
    assert len(result.problems[0].message) == 500


def test_it_names_few_of_many_failures():
    measured = [ran(number, status="failed") for number in range(30)]
    (warning,) = evaluated(measured, plan(total=30)).result.warnings
    assert warning.startswith("0 of 30 ended iterations completed; not number 0 (failed)")
    assert warning.endswith("9 (failed) and 20 more")


def test_it_passes_on_what_could_not_be_read():
    result = evaluated([ran(0, 0.1, problem="results.json is cut short")]).result
    assert result.problems[0].message == "results.json is cut short"
    assert result.completed == 1


def test_it_tells_the_lowest_and_highest_point_of_a_sweep():
    measured = [
        ran(number, value + number / 1000, point=point)
        for point, value in enumerate((0.3, 0.1, 0.2))
        for number in range(3)
    ]
    found = evaluated(measured, sweep("routing_settings.k_paths", [1, 3, 2], total=9))
    assert found.result.headlines == [
        "blocking probability is lowest at k_paths = 3 (0.101) and highest at k_paths = 1 (0.301)"
    ]
    assert [cell.point for cell in summary_of(found).cells] == [0, 1, 2]


def test_it_tells_of_a_sweep_whose_points_have_loads():
    loads = [[100.0, 0.1], [200.0, 0.2]]
    measured = [ran(0, loads), ran(0, [[100.0, 0.1], [200.0, 0.5]], point=1)]
    found = evaluated(measured, sweep("a.slots", [320, 160], total=2))
    assert found.result.headlines == [
        "blocking probability at 200 Erlang is lowest at slots = 320 (0.2) "
        "and highest at slots = 160 (0.5)"
    ]
    assert [(cell.point, cell.x) for cell in summary_of(found).cells] == [
        (0, 100.0),
        (0, 200.0),
        (1, 100.0),
        (1, 200.0),
    ]


def test_it_names_the_points_of_a_grid():
    points = [{"label": "", "overrides": {}, "values": [k, c]} for k in (1, 3) for c in (160, 320)]
    measured = [ran(0, float(point), point=point) for point in range(4)]
    of = plan("sweep", points, parameters=["r.k_paths", "s.c_band"], total=4)
    (headline,) = evaluated(measured, of).result.headlines
    assert headline.endswith(
        "k_paths = 1, c_band = 160 (0) and highest at k_paths = 3, c_band = 320 (3)"
    )


def test_it_says_at_which_points_nothing_was_measured():
    measured = [ran(0, 0.1), ran(0, metrics={"loss": [[None, 1.0]]}, point=1)]
    found = evaluated(measured, sweep("a.b", [5, 6], total=2))
    assert summary_of(found).warnings == ["no value of b = 6"]
    assert summary_of(found, "loss").warnings == ["no value of b = 5"]


def test_it_says_that_all_points_of_a_sweep_are_alike():
    found = evaluated([ran(0, 1.0), ran(0, 1.0, point=1)], sweep("a.b", [1, 2], total=2))
    assert found.result.headlines == ["blocking probability is 1 at all 2 points"]


def test_it_tells_each_metric_that_was_asked_for_and_the_first_else():
    metrics = {"mean_hops": [[None, 2.0]], "blocking_prob": [[None, 0.1]], "loss": [[None, 3.0]]}
    one = [ran(0, metrics=metrics)]
    first = evaluated(one, plan(declared=[HOPS, BLOCKING])).result.headlines
    assert first == ["mean hops 2 hops, 1 run"]
    asked = evaluated(one, plan(metrics=["loss", "blocking_prob"])).result.headlines
    assert asked == ["loss 3, 1 run", "blocking probability 0.1, 1 run"]


def test_it_keeps_its_shapes_through_json():
    found = evaluated(repeated())
    assert BatchResult.model_validate_json(found.result.model_dump_json()) == found.result
    for summary, _ in found.metrics:
        assert MetricSummary.model_validate_json(summary.model_dump_json()) == summary


VALUES = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
ROWS = st.dictionaries(st.sampled_from([None, 1.0, 2.0]), VALUES, max_size=3)
METRICS = st.dictionaries(st.sampled_from(["a", "blocking_prob"]), ROWS, max_size=2)
STATUSES = st.sampled_from(["pending", "running", "completed", "failed", "lost", "gone"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(["repeat", "compare", "sweep"]),
    st.lists(st.tuples(STATUSES, st.one_of(st.none(), METRICS)), max_size=12),
)
def test_it_evaluates_whatever_there_is(kind, iterations):
    measured = [
        ran(
            place // 2,
            point=place % 2,
            status=status,
            metrics=metrics
            and {name: list(map(list, rows.items())) for name, rows in metrics.items()},
        )
        for place, (status, metrics) in enumerate(iterations)
    ]
    points = [{"label": "", "overrides": {}, "values": [value]} for value in (1, 2)]
    found = evaluated(measured, plan(kind, points, parameters=["a.b"], total=12))
    assert found.result.completed <= found.result.ended <= len(measured)
    assert BatchResult.model_validate_json(found.result.model_dump_json()) == found.result
    for summary, values in found.metrics:
        assert MetricSummary.model_validate_json(summary.model_dump_json()) == summary
        kept = sum(value is not None for each in values for _, value in each.values)
        assert kept == sum(cell.summary.n for cell in summary.cells if cell.summary)
