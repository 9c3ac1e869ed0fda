"""A finished picture: for a page, or with title, legend and notes on a white ground."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from .svg import Element, clean, cut, group, shape, words, write

NAMESPACE = "http://www.w3.org/2000/svg"
# Of an ordinary picture; a page gives wider ones more room.
WIDTH = 560.0
GAP_PX = 12.0
LINE_PX = 18.0
LETTER_PX = 6.6
LONGEST_TITLE = 74
LONGEST_LABEL = 40
NOTE_LETTERS = 88


Sign = Literal["line", "band", "dot", "bar"]


@dataclass(frozen=True)
class Entry:
    """A name of the legend. `series` is what its marks carry, so that a page can hide them."""

    label: str
    looks: str
    series: int
    dash: str = ""
    sign: Sign = "line"

    def swatch(self, x: float, y: float) -> Element:
        """A sample of its marks, 22 pixels wide, in the middle of whose left edge is (x, y)."""
        signs = {
            "line": shape("path", f"curve {self.dash}".strip(), d=f"M{x:.1f} {y:.1f}h22"),
            "band": shape("rect", "band", x=x, y=y - 5, width=22, height=10),
            "bar": shape("rect", "bars", x=x + 4, y=y - 5, width=14, height=10),
            "dot": shape("circle", "dots", cx=x + 11, cy=y, r=4),
        }
        return group(self.looks, [signs[self.sign]])

    def swatch_on_page(self) -> str:
        sample = shape("svg", "swatch", self.swatch(0, 6), viewBox="0 0 22 12", aria_hidden="true")
        return write(sample, standalone=False)


@dataclass(frozen=True)
class Table:
    """The figures in words."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """`marks` are in `width` × `height` pixels; `description` says the figures in words.

    `partial` says that more is to come (`partial: 12 of 20`), and is empty once nothing is.
    `zoom` are attributes of the drawing that tell a script where its axes are; empty where
    there is nothing to zoom into. `is_log` is None where no axis could be logarithmic. `empty`
    where there was no value to draw.
    """

    title: str
    description: str
    width: float
    height: float
    marks: Sequence[Element]
    table: Table
    legend: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    zoom: dict[str, str] = field(default_factory=dict)
    is_log: bool | None = None
    partial: str = ""
    empty: bool = False

    @property
    def is_wide(self) -> bool:
        return self.width > WIDTH

    def on_page(self) -> str:
        """Its colours are those of the page's style sheet; legend and notes are the page's."""
        return write(self.svg(self.height, self.marks, self.zoom), standalone=False)

    def standalone(self) -> str:
        """A file of its own."""
        head = [*self.heading(), *self.legend_marks()]
        top = LINE_PX + GAP_PX + LINE_PX * self.legend_lines()
        notes = wrapped(self.notes)
        below = top + self.height
        foot = [
            words(text, GAP_PX, below + LINE_PX * (at + 0.7), "note")
            for at, text in enumerate(notes)
        ]
        height = below + LINE_PX * len(notes) + GAP_PX
        ground = shape("rect", "ground", x=0, y=0, width=self.width, height=height)
        picture = group("", self.marks, transform=f"translate(0 {top:.0f})")
        marks = [ground, *head, picture, *foot]
        return XML + write(self.svg(height, marks, sized(self.width, height)), standalone=True)

    def svg(self, height: float, marks: Sequence[Element], more: dict[str, str]) -> Element:
        return shape(
            "svg",
            "root wide" if self.is_wide else "root",
            shape("title", "", self.title),
            shape("desc", "", self.description),
            *marks,
            xmlns=NAMESPACE,
            viewBox=f"0 0 {self.width:.0f} {height:.0f}",
            role="img",
            **more,
        )

    def heading(self) -> list[Element]:
        ending = f" ({self.partial})" if self.partial else ""
        text = cut(self.title, LONGEST_TITLE - len(ending)) + ending
        return [words(text, GAP_PX, LINE_PX + 2, "heading")]

    def legend_places(self) -> list[tuple[Entry, float, int]]:
        """Each with its x in pixels and its line, from 0."""
        places: list[tuple[Entry, float, int]] = []
        x, row = GAP_PX, 0
        for entry in self.legend:
            width = 30 + LETTER_PX * len(cut(entry.label, LONGEST_LABEL)) + GAP_PX
            if x > GAP_PX and x + width > self.width:
                x, row = GAP_PX, row + 1
            places.append((entry, x, row))
            x += width
        return places

    def legend_lines(self) -> int:
        return max((row + 1 for _, _, row in self.legend_places()), default=0)

    def legend_marks(self) -> list[Element]:
        marks: list[Element] = []
        for entry, x, row in self.legend_places():
            y = 2 * LINE_PX + LINE_PX * row + 4
            marks.append(entry.swatch(x, y))
            marks.append(words(cut(entry.label, LONGEST_LABEL), x + 28, y + 4, "name"))
        return marks


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def sized(width: float, height: float) -> dict[str, str]:
    return {"width": f"{width:.0f}", "height": f"{height:.0f}"}


def wrapped(notes: Sequence[str]) -> list[str]:
    return [part for note in notes for part in textwrap.wrap(clean(note), NOTE_LETTERS)]
