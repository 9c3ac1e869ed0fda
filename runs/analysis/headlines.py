"""The sentences to read first."""

from collections.abc import Sequence

from .comparing import naming_of
from .plan import Plan
from .result import Cell, Comparison, MetricSummary, Summary
from .statistics.figures import estimate, number
from .statistics.sentences import shows_difference

MOST_HEADLINES = 5


def headlines_of(plan: Plan, summaries: Sequence[MetricSummary]) -> list[str]:
    """One for each metric asked for, else for the first that was measured: those declared come
    before those found."""
    measured = [each for each in summaries if any(cell.summary for cell in each.cells)]
    asked = [each for each in measured if each.name in plan.metrics]
    chosen = asked[:MOST_HEADLINES] or measured[:1]
    return [said for said in (headline_of(plan, each) for each in chosen) if said]


def headline_of(plan: Plan, summary: MetricSummary) -> str:
    if plan.kind == "compare":
        return of_comparisons(plan, summary)
    measured = [cell for cell in summary.cells if cell.summary]
    if plan.kind == "sweep" and len({cell.point for cell in measured}) > 1:
        return of_points(plan, summary, measured)
    return of_loads(plan, summary, measured)


def of_loads(plan: Plan, summary: MetricSummary, cells: Sequence[Cell]) -> str:
    """`blocking probability 0.0231, 95 % CI 0.0225–0.0237, 20 runs`; of several loads the first
    and the last."""
    first, last = told(cells[0]), told(cells[-1])
    where = plan.name_of(cells[0].point)
    label = f"{summary.label} at {where}" if where else summary.label
    if first is last:
        value = with_unit(estimate(first.mean, first.interval), summary)
        return f"{label} {value}, {runs(first.n)}"
    ends = [
        f"{with_unit(number(told(cell).mean), summary)}{at_load(summary, cell.x)}"
        for cell in (cells[0], cells[-1])
    ]
    return f"{label} from {ends[0]} to {ends[1]}, {runs(first.n)}"


def of_points(plan: Plan, summary: MetricSummary, cells: Sequence[Cell]) -> str:
    """The lowest and the highest point, at the last load where there are several."""
    x = cells[-1].x
    there = [cell for cell in cells if cell.x == x]
    ranked = sorted(there, key=lambda cell: told(cell).mean)
    lowest, highest = ranked[0], ranked[-1]
    label = f"{summary.label}{at_load(summary, x)}"
    if told(lowest).mean == told(highest).mean:
        value = with_unit(number(told(lowest).mean), summary)
        return f"{label} is {value} at all {len(there)} points"
    words = [
        f"at {plan.name_of(cell.point)} ({with_unit(number(told(cell).mean), summary)})"
        for cell in (lowest, highest)
    ]
    return f"{label} is lowest {words[0]} and highest {words[1]}"


def of_comparisons(plan: Plan, summary: MetricSummary) -> str:
    compared = summary.comparisons
    if len(compared) < 2:
        return compared[0].sentence if compared else ""
    naming, n = naming_of(summary, plan), len(compared)
    if all(each.p is None and each.n_a and each.n_b for each in compared):
        return (
            f"{naming.a} and {naming.b} are equal to the digit in {naming.metric} at all {n} loads"
        )
    clear = [each for each in compared if shows_difference(each)]
    if not clear:
        sides = f"{naming.a} and {naming.b}"
        return (
            f"No difference in {naming.metric} between {sides} could be shown at any of {n} loads"
        )
    rest = n - len(clear)
    open_words = f"; no clear difference at {rest}" if rest else ""
    return f"{directions(clear, summary, plan)} of {n} loads{open_words}"


def directions(clear: Sequence[Comparison], summary: MetricSummary, plan: Plan) -> str:
    """`B blocks less than A at 7 and more at 1`, the commoner direction first."""
    naming = naming_of(summary, plan)
    fewer = sum((each.difference or 0.0) < 0 for each in clear)
    words = ("less", "more") if naming.blocks else ("lower", "higher")
    ranked = sorted(zip((fewer, len(clear) - fewer), words, strict=True), reverse=True)
    (most, word), (few, other) = ranked
    also = f" and {other} at {few}" if few else ""
    if naming.blocks:
        return f"{naming.b} blocks {word} than {naming.a} at {most}{also}"
    return f"{naming.metric} is {word} in {naming.b} than in {naming.a} at {most}{also}"


def told(cell: Cell) -> Summary:
    """Of a cell that has one."""
    if cell.summary is None:
        raise ValueError("nothing was measured there")
    return cell.summary


def with_unit(text: str, summary: MetricSummary) -> str:
    return f"{text} {summary.unit}".rstrip()


def at_load(summary: MetricSummary, x: float | None) -> str:
    return "" if x is None else f" at {number(x, 6)} {summary.x_name}"


def runs(n: int) -> str:
    return f"{n:,} run{'' if n == 1 else 's'}"
