"""The figures of a summary as lines across a picture whose values run from left to right."""

from collections.abc import Iterator
from dataclasses import dataclass

from runs.analysis.result import Summary

from .drawing import Entry, Sign
from .numbers import short
from .plot import Plot
from .svg import Element, group, line, shape


@dataclass(frozen=True)
class Reference:
    """One or two values that belong together, under one name of the legend."""

    label: str
    values: tuple[float, ...]
    dash: str = ""
    sign: Sign = "line"


def references_of(summary: Summary) -> list[Reference]:
    found = [
        Reference(f"mean {short(summary.mean)}", (summary.mean,)),
        Reference(f"median {short(summary.median)}", (summary.median,), "dash1"),
        Reference("5th and 95th percentile", (summary.p5, summary.p95), "dash2"),
    ]
    if summary.interval:
        ends = (summary.interval.lower, summary.interval.upper)
        found.append(Reference("95 % CI of the mean", ends, sign="band"))
    return found


def reference_marks(summary: Summary | None, plot: Plot, first: int) -> list[Element]:
    """A group for each; `first` is the legend's number of the first of them."""
    references = references_of(summary) if summary else []
    return [
        group("ink", drawn(each, plot), data_series=str(number))
        for number, each in enumerate(references, start=first)
    ]


def drawn(reference: Reference, plot: Plot) -> Iterator[Element]:
    pixels = [plot.x.at(value) for value in reference.values]
    if reference.sign == "band":
        left, width = pixels[0], pixels[-1] - pixels[0]
        yield shape("rect", "band", x=left, y=plot.top, width=width, height=plot.bottom - plot.top)
        return
    for x in pixels:
        yield group(f"stem {reference.dash}", [line(x, plot.top, x, plot.bottom)])


def reference_entries(summary: Summary | None, first: int) -> list[Entry]:
    references = references_of(summary) if summary else []
    return [
        Entry(each.label, "ink", number, each.dash, each.sign)
        for number, each in enumerate(references, start=first)
    ]


def summary_rows(summary: Summary | None) -> list[list[str]]:
    """Name and figure, for the table under a picture."""
    if summary is None:
        return [["n", "0"]]
    interval = summary.interval
    return [
        ["n", f"{summary.n:,}"],
        ["mean", short(summary.mean)],
        ["95 % CI", f"{short(interval.lower)} to {short(interval.upper)}" if interval else "–"],
        ["median", short(summary.median)],
        ["standard deviation", "–" if summary.sd is None else short(summary.sd)],
        ["5th percentile", short(summary.p5)],
        ["95th percentile", short(summary.p95)],
        ["least", short(summary.minimum)],
        ["greatest", short(summary.maximum)],
    ]


def summary_words(summary: Summary | None) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in summary_rows(summary))
