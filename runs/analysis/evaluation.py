"""From what the iterations of a batch measured to its result: no rows, no files, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .comparing import (
    compare_at_each_load,
    correct,
    numbers_of_both,
    put_in_words,
    warnings_of_correction,
)
from .gathering import Gathered, Table, gather
from .headlines import headlines_of
from .plan import Measured, Plan
from .problems import (
    MOST_PROBLEMS,
    problems_of,
    some,
    warnings_of_iterations,
    warnings_of_metrics,
)
from .result import BatchResult, Cell, MetricSummary, PointValues
from .statistics.summary import summarise

__all__ = ["Evaluation", "Measured", "Plan", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """`metrics` in the order to show: asked for, then declared, then found, by name."""

    result: BatchResult
    metrics: list[tuple[MetricSummary, list[PointValues]]]


def evaluate(plan: Plan, measured: Sequence[Measured], now: datetime) -> Evaluation:
    """What all iterations that have completed and were read say together.

    `measured` are those that have a run or had one, in any order. A metric that was asked for or
    declared is there even if no run has measured it, and the warnings say so.
    """
    gathered = gather(measured)
    summaries = [sum_up(name, plan, gathered) for name in names_in_order(plan, gathered)]
    warnings = warnings_of_iterations(measured, plan) + warnings_of_metrics(gathered, plan)
    if plan.kind == "compare":
        warnings += add_comparisons(summaries, plan, measured, gathered)
    result = result_of(plan, measured, gathered, now)
    result.metrics = [summary.name for summary in summaries]
    result.headlines = headlines_of(plan, summaries)
    result.warnings = warnings
    return Evaluation(
        result=result,
        metrics=[(each, values_of(gathered.tables.get(each.name))) for each in summaries],
    )


def names_in_order(plan: Plan, gathered: Gathered) -> list[str]:
    declared = [str(metric["name"]) for metric in plan.declared]
    return list(dict.fromkeys([*plan.metrics, *declared, *sorted(gathered.tables)]))


def sum_up(name: str, plan: Plan, gathered: Gathered) -> MetricSummary:
    table = gathered.tables.get(name, Table())
    declared = declaration(plan, name)
    cells = [
        cell_of(table, point, x, gathered) for point in range(len(plan.points)) for x in table.xs
    ]
    return MetricSummary(
        name=name,
        label=str(declared.get("label") or name),
        unit=str(declared.get("unit") or ""),
        scale="log" if declared.get("scale") == "log" else "linear",
        x_name=plan.x_name if table.has_loads else None,
        xs=table.xs,
        cells=cells,
        warnings=warnings_of_cells(cells, plan, gathered),
    )


def declaration(plan: Plan, name: str) -> Mapping[str, Any]:
    return next((metric for metric in plan.declared if metric["name"] == name), {})


def cell_of(table: Table, point: int, x: float | None, gathered: Gathered) -> Cell:
    values = table.at(point, x)
    finite = [value for _, value in values if value is not None]
    return Cell(
        point=point,
        x=x,
        summary=summarise(finite),
        missing=len(gathered.numbers.get(point, ())) - len(values),
        not_finite=len(values) - len(finite),
    )


def warnings_of_cells(cells: Sequence[Cell], plan: Plan, gathered: Gathered) -> list[str]:
    """Points at which nothing was measured though runs completed; gaps and what is no number."""
    told = []
    filled = {cell.point for cell in cells if cell.summary or cell.not_finite}
    without = [plan.name_of(point) for point in sorted(gathered.numbers) if point not in filled]
    if without:
        told.append(f"no value of {some(without)}" if any(without) else "no value")
    missing = sum(cell.missing for cell in cells if cell.point in filled)
    not_finite = sum(cell.not_finite for cell in cells)
    if missing:
        told.append(f"values of completed runs that are missing: {missing:,}")
    if not_finite:
        told.append(f"values that are no finite numbers, and left out: {not_finite:,}")
    return told


def values_of(table: Table | None) -> list[PointValues]:
    if table is None:
        return []
    places = [
        (point, x) for point in sorted({point for point, _ in table.values}) for x in table.xs
    ]
    return [
        PointValues(point=point, x=x, values=table.at(point, x))
        for point, x in places
        if table.at(point, x)
    ]


def add_comparisons(
    summaries: Sequence[MetricSummary],
    plan: Plan,
    measured: Sequence[Measured],
    gathered: Gathered,
) -> list[str]:
    """Fills in the comparisons; what is to be said of all of them."""
    numbers = numbers_of_both(measured)
    for summary in summaries:
        if numbers and summary.name in gathered.tables:
            table = gathered.tables[summary.name]
            summary.comparisons = compare_at_each_load(table, numbers)
    correct(summaries, plan.metrics)
    put_in_words(summaries, plan)
    return warnings_of_correction(summaries, plan.metrics)


def result_of(
    plan: Plan, measured: Sequence[Measured], gathered: Gathered, now: datetime
) -> BatchResult:
    problems = problems_of(measured, gathered, plan.x_name)
    completed = sum(item.has_completed for item in measured)
    return BatchResult(
        partial=completed < plan.total,
        analysed_at=now,
        total=plan.total,
        ended=sum(item.has_ended for item in measured),
        completed=completed,
        metrics=[],
        problems=problems[:MOST_PROBLEMS],
        problem_total=len(problems),
    )
