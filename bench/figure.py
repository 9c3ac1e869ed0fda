"""One measured figure, its goal and its baseline."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`goal` is the most it may be, in `unit`, or with `at_least` the least; `baseline` is what it
    is compared with."""

    name: str
    value: float
    unit: str
    goal: float | None
    baseline: float | None
    baseline_name: str = ""
    at_least: bool = False

    @property
    def met(self) -> str:
        if self.goal is None:
            return ""
        reached = self.value >= self.goal if self.at_least else self.value <= self.goal
        return "met" if reached else "MISSED"


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all are not above (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def print_table(figures: list[Figure]) -> None:
    head = ("figure", "measured", "goal", "", "baseline", "which is")
    rows = [head, *(cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def cells(figure: Figure) -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:,.1f} {figure.unit}"

    return (
        figure.name,
        number(figure.value),
        "" if figure.goal is None else f"{'≥' if figure.at_least else '≤'} {number(figure.goal)}",
        figure.met,
        number(figure.baseline),
        figure.baseline_name,
    )
