"""All comparisons of a batch: each metric at each load, corrected together, and in words."""

from collections.abc import Sequence

from .gathering import Table
from .plan import Measured, Plan
from .result import Comparison, MetricSummary
from .statistics.comparison import SIGNIFICANT, compare, smallest_paired_p, smallest_unpaired_p
from .statistics.holm import adjust_by_holm
from .statistics.sentences import Naming, sentence_of

A, B = 0, 1


def numbers_of_both(measured: Sequence[Measured]) -> set[int]:
    """Iterations that nobody waits for any more, at A as at B: while a batch runs, a pair of
    which one half has ended is not one with a missing half."""
    ended: dict[int, set[int]] = {A: set(), B: set()}
    for item in measured:
        if not item.is_awaited:
            ended[item.point].add(item.number)
    return ended[A] & ended[B]


def compare_at_each_load(table: Table, numbers: set[int]) -> list[Comparison]:
    return [
        compare(finite_at(table, A, x, numbers), finite_at(table, B, x, numbers), x)
        for x in table.xs
    ]


def finite_at(table: Table, point: int, x: float | None, numbers: set[int]) -> dict[int, float]:
    return {
        number: value
        for number, value in table.at(point, x)
        if value is not None and number in numbers
    }


def correct(summaries: Sequence[MetricSummary], asked: Sequence[str]) -> None:
    """Fills in `p_adjusted` by Holm 1979 over all comparisons of the batch. Those of metrics that
    were asked for, if any were, are corrected among themselves: they were chosen beforehand, and
    what else was found beside them is no reason to doubt them."""
    everything = [each for summary in summaries for each in summary.comparisons]
    chosen = [
        each for summary in summaries if summary.name in asked for each in summary.comparisons
    ]
    for family in (everything, chosen):
        for each, p in zip(family, adjust_by_holm([each.p for each in family]), strict=True):
            each.p_adjusted = p


def put_in_words(summaries: Sequence[MetricSummary], plan: Plan) -> None:
    for summary in summaries:
        naming = naming_of(summary, plan)
        for each in summary.comparisons:
            each.sentence = sentence_of(each, naming)


def naming_of(summary: MetricSummary, plan: Plan) -> Naming:
    return Naming(
        metric=summary.label,
        unit=summary.unit,
        a=plan.name_of(A),
        b=plan.name_of(B),
        x_name=summary.x_name or "",
    )


def warnings_of_correction(summaries: Sequence[MetricSummary], asked: Sequence[str]) -> list[str]:
    """Where so many comparisons of so few runs cannot show anything, whatever they measured."""
    of_asked = [summary for summary in summaries if summary.name in asked]
    family = [each for summary in of_asked or summaries for each in summary.comparisons]
    tested = [each for each in family if each.p is not None]
    if len(tested) < 2:
        return []
    reachable = min(map(smallest_p, tested))
    if reachable >= SIGNIFICANT or reachable * len(tested) < SIGNIFICANT:
        return []
    fewer = "fewer metrics" if of_asked else "the metrics that matter"
    return [
        f"{len(tested)} comparisons of so few runs cannot give p < {SIGNIFICANT} after Holm's "
        f"correction, whatever the values: ask for {fewer}, or for more iterations"
    ]


def smallest_p(comparison: Comparison) -> float:
    if comparison.paired:
        return smallest_paired_p(comparison.n_pairs)
    return smallest_unpaired_p(comparison.n_a, comparison.n_b)
