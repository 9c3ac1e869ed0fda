"""A metric over two parameters, as colours of cells."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .colours import hexadecimal, legible_on, sequential
from .drawing import WIDTH, Drawing, Table
from .lines import Point, log_notes, told
from .numbers import counted, exact, listed, tidy
from .plot import BOTTOM, LETTER_PX, NAME_PX, TOP, Name
from .scales import Domain, Scale, domain_of
from .svg import Element, cut, group, line, shape, words
from .ticks import ticks_of

# From so many columns on there is more room.
WIDE_COLUMNS, WIDE_PX = 10, 860.0
SCALE_PX, SCALE_GAP_PX, SCALE_STEPS = 14.0, 20.0, 48
ROW_PX = (9.0, 36.0)
MOST_HEIGHT_PX = 380.0
LABEL_PX = 14.0
CELL_TEXT_PX = 16.0
LONGEST_NAME = 44


@dataclass(frozen=True)
class HeatCell:
    """The mean at one pair of values, `column` and `row` counted from 0; `y` None without any."""

    column: int
    row: int
    point: Point


@dataclass(frozen=True)
class Grid:
    """Where the cells are: `columns` from left to right, `rows` from the bottom."""

    columns: Sequence[float]
    rows: Sequence[float]
    left: float
    right: float
    bottom: float

    @property
    def wide(self) -> float:
        return (self.right - self.left) / max(len(self.columns), 1)

    @property
    def high(self) -> float:
        return (self.bottom - TOP) / max(len(self.rows), 1)

    def place(self, column: int, row: int) -> tuple[float, float]:
        """Its upper left corner in pixels."""
        return self.left + column * self.wide, self.bottom - (row + 1) * self.high


def grid_of(columns: Sequence[float], rows: Sequence[float], scale_labels: int) -> Grid:
    width = WIDE_PX if len(columns) > WIDE_COLUMNS else WIDTH
    least, most = ROW_PX
    row = min(most, max(least, MOST_HEIGHT_PX / max(len(rows), 1)))
    labels = max((len(exact(value)) for value in rows), default=1)
    left = NAME_PX + 10 + labels * LETTER_PX
    right = width - (SCALE_GAP_PX + SCALE_PX + 10 + scale_labels * LETTER_PX + 18)
    return Grid(columns, rows, left, right, TOP + max(row * len(rows), 80.0))


def heat_map(
    cells: Sequence[HeatCell],
    columns: Sequence[float],
    rows: Sequence[float],
    *,
    title: str,
    x: Name,
    y: Name,
    value: Name,
    log: bool = False,
    notes: Sequence[str] = (),
) -> Drawing:
    """A colour from dark blue, the least, to yellow, the greatest; hatched without a value."""
    means = [cell.point.y for cell in cells if cell.point.y is not None]
    colours = tight(means, domain_of(means, log=log))
    ticks = ticks_of(colours.low, colours.high, log=colours.log, about=6)
    grid = grid_of(columns, rows, max(len(tick.label) for tick in ticks))
    width = WIDE_PX if len(columns) > WIDE_COLUMNS else WIDTH
    marks = [*cell_marks(cells, grid, shares_of(colours), x, y), *axes(grid, x, y)]
    if means:
        marks += legend_marks(colours, grid, value)
    return Drawing(
        title=title,
        description=described(cells, columns, rows, x, y, value),
        width=width,
        height=grid.bottom + BOTTOM,
        marks=marks,
        table=table_of(cells, columns, rows, x, y),
        notes=[*lacking(cells, columns, rows, x, y), *log_notes(means, colours, log), *notes],
        is_log=colours.log,
        empty=not means,
    )


def tight(means: Sequence[float], domain: Domain) -> Domain:
    """From the least to the greatest: colours need no room around them."""
    shown = [mean for mean in means if mean > 0 or not domain.log]
    if not shown or min(shown) == max(shown):
        return domain
    return Domain(min(shown), max(shown), domain.log, domain.floor)


def shares_of(colours: Domain) -> Scale:
    """From means to 0 to 1, the places on the scale of colours; zeros of a log scale are with
    the least."""
    return Scale(Domain(colours.low, colours.high, colours.log), 0.0, 1.0)


def cell_marks(
    cells: Sequence[HeatCell], grid: Grid, shares: Scale, x: Name, y: Name
) -> list[Element]:
    """All cells that nothing is known of are hatched, then the others."""
    known = {(cell.column, cell.row) for cell in cells if cell.point.y is not None}
    empty = [
        hatched(grid, column, row, tip_of(grid, column, row, x, y, "no value"))
        for column in range(len(grid.columns))
        for row in range(len(grid.rows))
        if (column, row) not in known
    ]
    valued = [cell for cell in cells if cell.point.y is not None]
    return [
        group("", empty),
        group("cell", [coloured(cell, grid, shares, x, y) for cell in valued]),
        group("middle", written(valued, grid, shares)),
    ]


def coloured(cell: HeatCell, grid: Grid, shares: Scale, x: Name, y: Name) -> Element:
    left, top = grid.place(cell.column, cell.row)
    return shape(
        "rect",
        x=left,
        y=top,
        width=grid.wide,
        height=grid.high,
        fill=hexadecimal(sequential(shares.at(cell.point.y or 0.0))),
        tip=tip_of(grid, cell.column, cell.row, x, y, told(cell.point)),
    )


def tip_of(grid: Grid, column: int, row: int, x: Name, y: Name, figure: str) -> str:
    at = f"{x.label} {exact(grid.columns[column])}, {y.label} {exact(grid.rows[row])}"
    return f"{at}\n{figure}"


def written(cells: Sequence[HeatCell], grid: Grid, shares: Scale) -> list[Element]:
    """The figures, where all have room."""
    if grid.high < CELL_TEXT_PX:
        return []
    figures = [(cell, in_cell(cell.point.y or 0.0)) for cell in cells]
    widest = max((len(figure) for _, figure in figures), default=0) * LETTER_PX
    if widest + 4 > grid.wide:
        return []
    marks = []
    for cell, figure in figures:
        left, top = grid.place(cell.column, cell.row)
        colour = sequential(shares.at(cell.point.y or 0.0))
        middle = left + grid.wide / 2
        marks.append(words(figure, middle, top + grid.high / 2 + 4, legible_on(colour)))
    return marks


def in_cell(mean: float) -> str:
    """Three significant digits."""
    small = mean and not 1e-3 <= abs(mean) < 1e5
    return tidy(f"{mean:.1e}") if small else f"{float(f'{mean:.3g}'):g}"


def hatched(grid: Grid, column: int, row: int, tip: str) -> Element:
    left, top = grid.place(column, row)
    wide, high = grid.wide, grid.high
    middle, half = left + wide / 2, top + high / 2
    strokes = (
        f"M{left:.1f} {top + high:.1f}L{left + wide:.1f} {top:.1f}"
        f"M{left:.1f} {half:.1f}L{middle:.1f} {top:.1f}"
        f"M{middle:.1f} {top + high:.1f}L{left + wide:.1f} {half:.1f}"
        f"M{left:.1f} {top:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"
    )
    return shape("path", "hatch", d=strokes, tip=tip)


def axes(grid: Grid, x: Name, y: Name) -> list[Element]:
    """Values under columns and beside rows, as many as have room, and what they are."""
    below = [words(exact(v), *column_label(grid, at), "") for at, v in thinned(grid)]
    every = max(1, math.ceil(LABEL_PX / grid.high))
    beside = [
        words(exact(v), grid.left - 7, grid.place(0, at)[1] + grid.high / 2 + 4, "")
        for at, v in enumerate(grid.rows)
        if at % every == 0
    ]
    middle, height = (TOP + grid.bottom) / 2, grid.bottom + BOTTOM
    turned = f"rotate(-90 13 {middle:.1f})"
    across = (grid.left + grid.right) / 2
    up_name = words(
        cut(y.text, int((grid.bottom + BOTTOM) / LETTER_PX)),
        13,
        middle,
        "name middle",
        transform=turned,
    )
    return [
        group("tick middle", below),
        group("tick end", beside),
        words(cut(x.text, LONGEST_NAME), across, height - 8, "name middle"),
        up_name,
    ]


def thinned(grid: Grid) -> list[tuple[int, float]]:
    widest = max((len(exact(value)) for value in grid.columns), default=1) * LETTER_PX + 6
    every = max(1, math.ceil(widest / grid.wide))
    return [(at, value) for at, value in enumerate(grid.columns) if at % every == 0]


def column_label(grid: Grid, column: int) -> tuple[float, float]:
    return grid.left + (column + 0.5) * grid.wide, grid.bottom + 16


def legend_marks(colours: Domain, grid: Grid, value: Name) -> list[Element]:
    """The scale of colours with its ticks, from the bottom up."""
    left = grid.right + SCALE_GAP_PX
    bare = Domain(colours.low, colours.high, colours.log)
    scale = Scale(bare, grid.bottom, TOP)
    step = (grid.bottom - TOP) / SCALE_STEPS
    # each reaches a little into the next: no ground shines through between them
    steps = [
        shape(
            "rect",
            x=left,
            y=grid.bottom - (at + 1) * step,
            width=SCALE_PX,
            height=step + 0.6 * (at > 0),
            fill=hexadecimal(sequential((at + 0.5) / SCALE_STEPS)),
        )
        for at in range(SCALE_STEPS)
    ]
    ticks = ticks_of(colours.low, colours.high, log=colours.log, about=6)
    edge = left + SCALE_PX
    middle = (TOP + grid.bottom) / 2
    name_x = edge + 10 + max(len(tick.label) for tick in ticks) * LETTER_PX + 12
    return [
        group("", steps),
        group("axis", [line(edge, scale.at(t.value), edge + 4, scale.at(t.value)) for t in ticks]),
        group("tick", [words(t.label, edge + 7, scale.at(t.value) + 4, "") for t in ticks]),
        words(
            cut(value.text, int((grid.bottom + BOTTOM) / LETTER_PX)),
            name_x,
            middle,
            "name middle",
            transform=f"rotate(-90 {name_x:.1f} {middle:.1f})",
        ),
    ]


def lacking(
    cells: Sequence[HeatCell], columns: Sequence[float], rows: Sequence[float], x: Name, y: Name
) -> list[str]:
    known = {(cell.column, cell.row) for cell in cells if cell.point.y is not None}
    gaps = [
        f"{x.label} {exact(column)}, {y.label} {exact(row)}"
        for i, column in enumerate(columns)
        for j, row in enumerate(rows)
        if (i, j) not in known
    ]
    if not gaps or not known:
        return []
    verb = "has" if len(gaps) == 1 else "have"
    return [f"{counted(len(gaps), 'cell')} {verb} no value, hatched: {listed(gaps, 5)}."]


def described(
    cells: Sequence[HeatCell],
    columns: Sequence[float],
    rows: Sequence[float],
    x: Name,
    y: Name,
    value: Name,
) -> str:
    means = [cell for cell in cells if cell.point.y is not None]
    size = (
        f"{counted(len(columns), 'value')} of {x.text}, {counted(len(rows), 'value')} of {y.text}"
    )
    text = f"Mean {value.text} over {size}."
    if not means:
        return f"{text} No values."
    least, most = (end(means, key=lambda cell: cell.point.y or 0.0) for end in (min, max))
    ends = [
        f"{name} {told(cell.point)} at {exact(columns[cell.column])}, {exact(rows[cell.row])}"
        for name, cell in (("Least", least), ("greatest", most))
    ]
    return f"{text} {'; '.join(ends)}."


def table_of(
    cells: Sequence[HeatCell], columns: Sequence[float], rows: Sequence[float], x: Name, y: Name
) -> Table:
    """Rows from the top, as in the picture."""
    at = {(cell.column, cell.row): told(cell.point) for cell in cells}
    head = [f"{y.text} ↓ {x.text} →", *map(exact, columns)]
    body = [
        [exact(row), *(at.get((i, j), "no value") for i in range(len(columns)))]
        for j, row in reversed(list(enumerate(rows)))
    ]
    return Table(head, body)
