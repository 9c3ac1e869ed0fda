"""Two axes with their names, and the room between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .drawing import WIDTH
from .scales import Domain, Range, Scale
from .svg import Element, cut, group, line, shape, words
from .ticks import Tick, ticks_of

HEIGHT = 330.0
TOP, RIGHT, BOTTOM = 12.0, 18.0, 46.0
NAME_PX = 24.0
LETTER_PX = 6.6
# Room for the label of the floor beside the first tick's.
FLOOR_ACROSS_PX = 36.0
LONGEST_NAME = 60
# Marks on the edge are seen whole.
EDGE_PX = 5.0


@dataclass(frozen=True)
class Name:
    """What an axis shows."""

    label: str
    unit: str = ""

    @property
    def text(self) -> str:
        return f"{self.label} [{self.unit}]" if self.unit else self.label


@dataclass(frozen=True)
class View:
    """What part of a picture somebody wants to see; None for all of it."""

    x: Range = None
    y: Range = None

    @property
    def is_all(self) -> bool:
        return self.x is None and self.y is None


ALL = View()


@dataclass(frozen=True)
class Side:
    """An axis; without a name it has no ticks, and its scale is for the drawing alone."""

    domain: Domain
    name: Name | None = None
    zooms: bool = True

    def ticks(self, about: int) -> list[Tick]:
        if self.name is None:
            return []
        domain = self.domain
        return ticks_of(domain.low, domain.high, log=domain.log, about=about, whole=domain.whole)


@dataclass(frozen=True)
class Plot:
    """The y scale's `start` is at the bottom."""

    x: Scale
    y: Scale
    across: Side
    up: Side
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def left(self) -> float:
        return self.x.start

    @property
    def right(self) -> float:
        return self.x.end

    @property
    def top(self) -> float:
        return self.y.end

    @property
    def bottom(self) -> float:
        return self.y.start

    def inside(self, marks: Iterable[Element]) -> Element:
        """Nothing of them is drawn beyond the axes."""
        x, y = self.left - EDGE_PX, self.top - EDGE_PX
        width, height = self.right - x + EDGE_PX, self.bottom - y + EDGE_PX
        box = f"{x:.1f} {y:.1f} {width:.1f} {height:.1f}"
        return shape(
            "svg", "", *marks, x=x, y=y, width=width, height=height, viewBox=box, overflow="hidden"
        )

    def frame(self) -> list[Element]:
        """Grid, axes, ticks and names."""
        x_ticks, y_ticks = self.across_ticks(), self.up.ticks(about_ticks(self.bottom - self.top))
        grid = [
            *(line(self.x.at(t.value), self.top, self.x.at(t.value), self.bottom) for t in x_ticks),
            *(line(self.left, self.y.at(t.value), self.right, self.y.at(t.value)) for t in y_ticks),
        ]
        return [
            group("grid", grid),
            group("axis", [line(self.left, self.bottom, self.right, self.bottom)]),
            group("tick middle", [self.below(t.label, self.x.at(t.value)) for t in x_ticks]),
            group("tick end", [self.beside(t.label, self.y.at(t.value)) for t in y_ticks]),
            *self.floors(),
            *self.names(),
        ]

    def across_ticks(self) -> list[Tick]:
        """As many as have room beside each other."""
        room = self.right - self.left
        for about in (8, 6, 5, 4, 3):
            ticks = self.across.ticks(about)
            if sum(len(tick.label) * LETTER_PX + 14 for tick in ticks) <= room:
                return ticks
        return self.across.ticks(2)

    def below(self, label: str, x: float) -> Element:
        return words(label, x, self.bottom + 16, "")

    def beside(self, label: str, y: float) -> Element:
        return words(label, self.left - 7, y + 4, "")

    def floors(self) -> list[Element]:
        """Where a log axis has ended and zeros stand: their label, and a line between."""
        marks: list[Element] = []
        if self.x.domain.floor:
            between = (self.x.floor + self.x.base) / 2
            marks.append(group("axis dash2", [line(between, self.top, between, self.bottom)]))
            marks.append(words(self.x.domain.floor, self.left, self.bottom + 16, "tick middle"))
        if self.y.domain.floor:
            between = (self.y.floor + self.y.base) / 2
            marks.append(group("axis dash2", [line(self.left, between, self.right, between)]))
            marks.append(words(self.y.domain.floor, self.left - 7, self.y.floor + 4, "tick end"))
        return marks

    def names(self) -> list[Element]:
        marks: list[Element] = []
        if self.across.name:
            text = cut(self.across.name.text, LONGEST_NAME)
            middle = (self.left + self.right) / 2
            marks.append(words(text, middle, self.height - 8, "name middle"))
        if self.up.name:
            middle = (self.top + self.bottom) / 2
            text = cut(self.up.name.text, int(self.height / LETTER_PX))
            turned = f"rotate(-90 13 {middle:.1f})"
            marks.append(words(text, 13, middle, "name middle", transform=turned))
        return marks

    def around(self, marks: Sequence[Element], missing: str) -> list[Element]:
        """The whole picture; without any marks the words `missing` alone, for axes would lie."""
        if marks:
            return [*self.frame(), self.inside(marks)]
        middle = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return [words(missing, *middle, "note middle")]

    def zoom(self) -> dict[str, str]:
        """For a script: the box of the axes, and which of them can be zoomed, how."""
        told = {"data-box": f"{self.left:.1f} {self.top:.1f} {self.right:.1f} {self.bottom:.1f}"}
        for key, side, scale in (("data-x", self.across, self.x), ("data-y", self.up, self.y)):
            if side.zooms and side.name:
                log = "log" if scale.domain.log else "linear"
                told[key] = f"{scale.domain.low!r} {scale.domain.high!r} {scale.base:.1f} {log}"
        return told


def plot_of(across: Side, up: Side, *, width: float = WIDTH, height: float = HEIGHT) -> Plot:
    """Its left margin has room for the widest number of the vertical axis."""
    top, bottom = TOP, height - BOTTOM
    ticks = up.ticks(about_ticks(bottom - top))
    widest = max((len(tick.label) for tick in ticks), default=0)
    left = NAME_PX + 10 + widest * LETTER_PX if up.name else RIGHT
    return Plot(
        Scale(across.domain, left, width - RIGHT, FLOOR_ACROSS_PX),
        Scale(up.domain, bottom, top),
        across,
        up,
        width,
        height,
    )


def about_ticks(pixels: float) -> int:
    return max(2, round(pixels / 40))


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """A path's `d` through all points, in pixels."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
