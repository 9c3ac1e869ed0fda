"""A finished picture: for a page, or with title, legend and notes on a white ground."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from .svg import Element, clean, cut, group, line, shape, words, write

NAMESPACE = "http://www.w3.org/2000/svg"
GAP_PX = 12.0
LINE_PX = 18.0
LETTER_PX = 6.6
LONGEST_TITLE = 74
LONGEST_LABEL = 40
NOTE_LETTERS = 88


@dataclass(frozen=True)
class Entry:
    """A name of the legend. `series` is what its marks carry, so that a page can hide them."""

    label: str
    looks: str
    series: int
    dash: str = ""


@dataclass(frozen=True)
class Table:
    """The figures in words."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """`marks` are in `width` × `height` pixels; `description` says the figures in words.

    `zoom` are attributes of the drawing that tell a script where its axes are; empty where
    there is nothing to zoom into. `empty` where there was no value to draw.
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
    empty: bool = False

    def on_page(self) -> str:
        """Its colours are those of the page's style sheet; legend and notes are the page's."""
        return write(self.svg(self.height, 0.0, self.marks, self.zoom), standalone=False)

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
        return XML + write(self.svg(height, 0.0, marks, sized(self.width, height)), standalone=True)

    def svg(
        self, height: float, top: float, marks: Sequence[Element], more: dict[str, str]
    ) -> Element:
        return shape(
            "svg",
            "root",
            shape("title", "", self.title),
            shape("desc", "", self.description),
            *marks,
            xmlns=NAMESPACE,
            viewBox=f"0 {top:.0f} {self.width:.0f} {height:.0f}",
            role="img",
            **more,
        )

    def heading(self) -> list[Element]:
        return [words(cut(self.title, LONGEST_TITLE), GAP_PX, LINE_PX + 2, "heading")]

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
            marks.append(group(f"{entry.looks} thick {entry.dash}", [line(x, y, x + 22, y)]))
            marks.append(words(cut(entry.label, LONGEST_LABEL), x + 28, y + 4, "name"))
        return marks


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def sized(width: float, height: float) -> dict[str, str]:
    return {"width": f"{width:.0f}", "height": f"{height:.0f}"}


def wrapped(notes: Sequence[str]) -> list[str]:
    return [part for note in notes for part in textwrap.wrap(clean(note), NOTE_LETTERS)]
