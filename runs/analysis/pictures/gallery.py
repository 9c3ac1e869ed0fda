"""Which pictures there are of a batch's metric, and each of them by its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from runs.analysis.result import Cell

from .boxes import box_plots
from .drawing import Drawing
from .heat import HeatCell, heat_map
from .histogram import histogram
from .lines import Series, line_chart
from .numbers import counted, exact
from .pairs import pair_plot
from .plot import ALL, View
from .strip import strip_plot
from .subject import Subject, point_at

# One turn of the colours: of a sweep's values at more, every so many are drawn.
MOST_CURVES = 8


@dataclass(frozen=True)
class Wish:
    """How somebody wants to see it: at which load, on a log axis or not, what part of it."""

    x: float | None = None
    log: bool = False
    view: View = ALL


def kinds_of(subject: Subject) -> list[str]:
    """In the order in which a page shows them."""
    curve = ["curve"] if len(subject.loads) > 1 and not subject.is_grid else []
    if subject.kind == "sweep":
        return ["heat"] if subject.is_grid else ["line", *curve]
    if subject.kind == "compare":
        return ["pairs", "boxes", *curve]
    return ["histogram", "strip", *curve]


def draw(kind: str, subject: Subject, wish: Wish) -> Drawing:
    """Raises KeyError for a kind that is not one of `kinds_of`."""
    if kind not in kinds_of(subject):
        raise KeyError(kind)
    return replace(KINDS[kind](subject, wish), partial=subject.partial)


def draw_histogram(subject: Subject, wish: Wish) -> Drawing:
    return histogram(
        subject.sample(0, wish.x),
        title=f"Histogram of {subject.metric.label}{subject.at(wish.x)}",
        x=subject.metric,
        log=wish.log,
        view=wish.view,
    )


def draw_strip(subject: Subject, wish: Wish) -> Drawing:
    return strip_plot(
        subject.sample(0, wish.x),
        title=f"{subject.heading} of each iteration{subject.at(wish.x)}",
        x=subject.metric,
        log=wish.log,
        view=wish.view,
    )


def draw_pairs(subject: Subject, wish: Wish) -> Drawing:
    a, b = (subject.sample(point, wish.x) for point in (0, 1))
    return pair_plot(
        a,
        b,
        subject.comparison(wish.x),
        title=f"{b.label} − {a.label}, seed by seed: {subject.metric.label}{subject.at(wish.x)}",
        y=subject.metric,
        view=wish.view,
    )


def draw_boxes(subject: Subject, wish: Wish) -> Drawing:
    return box_plots(
        [subject.sample(point, wish.x) for point in range(len(subject.labels))],
        title=f"Distribution of {subject.metric.label}{subject.at(wish.x)}",
        x=subject.metric,
        log=wish.log,
        view=wish.view,
    )


def draw_line(subject: Subject, wish: Wish) -> Drawing:
    """The metric over the parameter, at one load."""
    cells, name = subject.cells(), subject.parameter(0)
    points = [
        point_at(setting[0], cells.get((point, wish.x)))
        for point, setting in enumerate(subject.settings)
    ]
    series = Series("", sorted(points, key=lambda point: point.x), 0)
    return line_chart(
        [series],
        title=f"{subject.heading} over {name.label}{subject.at(wish.x)}",
        x=name,
        y=subject.metric,
        log=wish.log,
        view=wish.view,
        notes=cell_notes([cells[key] for key in cells if key[1] == wish.x]),
    )


def draw_curve(subject: Subject, wish: Wish) -> Drawing:
    """The metric over the load, a line for each point of the batch."""
    cells = subject.cells()
    drawn = chosen_points(subject)
    series = [
        Series(
            subject.labels[point], [point_at(x, cells.get((point, x))) for x in subject.loads], at
        )
        for at, point in enumerate(drawn)
    ]
    return line_chart(
        series,
        title=f"{subject.heading} over {subject.load.label}",
        x=subject.load,
        y=subject.metric,
        log=wish.log,
        view=wish.view,
        notes=[*curve_notes(subject, drawn), *cell_notes(subject.summary.cells)],
    )


def chosen_points(subject: Subject) -> list[int]:
    """All, or where they are too many as many as can be told apart, with the first and last."""
    order = range(len(subject.labels))
    if subject.kind == "sweep":
        order_by = sorted(order, key=lambda point: subject.settings[point][0])
    else:
        order_by = list(order)
    if len(order_by) <= MOST_CURVES:
        return order_by
    last = len(order_by) - 1
    return [order_by[round(at * last / (MOST_CURVES - 1))] for at in range(MOST_CURVES)]


def curve_notes(subject: Subject, drawn: Sequence[int]) -> list[str]:
    if len(drawn) == len(subject.labels):
        return []
    name = subject.parameter(0).label
    shown = ", ".join(exact(subject.settings[point][0]) for point in drawn)
    return [f"{len(drawn)} of {len(subject.labels)} values of {name} are drawn: {shown}."]


def draw_heat(subject: Subject, wish: Wish) -> Drawing:
    """The mean over both parameters, at one load."""
    cells = subject.cells()
    columns, rows = (sorted({setting[axis] for setting in subject.settings}) for axis in (0, 1))
    found = [
        HeatCell(
            columns.index(setting[0]),
            rows.index(setting[1]),
            point_at(setting[0], cells.get((point, wish.x))),
        )
        for point, setting in enumerate(subject.settings)
    ]
    x, y = subject.parameter(0), subject.parameter(1)
    return heat_map(
        found,
        columns,
        rows,
        title=f"{subject.heading} over {x.label} and {y.label}{subject.at(wish.x)}",
        x=x,
        y=y,
        value=subject.metric,
        log=wish.log,
        notes=cell_notes([cells[key] for key in cells if key[1] == wish.x]),
    )


def cell_notes(cells: Sequence[Cell]) -> list[str]:
    """What completed iterations lack, over all the points that are drawn."""
    missing, not_finite = (
        sum(getattr(c, name) for c in cells) for name in ("missing", "not_finite")
    )
    return [
        *([f"{counted(missing, 'value')} missing in completed iterations."] if missing else []),
        *([f"{counted(not_finite, 'value')} not finite (NaN or infinity)."] if not_finite else []),
    ]


KINDS: dict[str, Callable[[Subject, Wish], Drawing]] = {
    "histogram": draw_histogram,
    "strip": draw_strip,
    "pairs": draw_pairs,
    "boxes": draw_boxes,
    "line": draw_line,
    "curve": draw_curve,
    "heat": draw_heat,
}
