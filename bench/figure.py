"""One measured figure, its goal and its baseline."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`goal` is the most it may be, in `unit`; `baseline` says what it is compared with."""

    name: str
    value: float
    unit: str
    goal: float | None
    baseline: float | None
    baseline_name: str = ""

    @property
    def met(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "MISSED"


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
        "" if figure.goal is None else f"≤ {number(figure.goal)}",
        figure.met,
        number(figure.baseline),
        figure.baseline_name,
    )
