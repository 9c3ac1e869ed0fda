"""The two sides of a comparison as a table: a key a row, its value in A and in B."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from runs.analysis.requests import path_of
from runs.configuration.overrides import merge, parse_override
from runs.errors import InvalidInput
from runs.web.tabs.batch_configuration import flat

SPARE_ROWS = 2
MOST_ROWS = 200
NAMES = ("a", "b")


@dataclass
class Row:
    """As typed. An empty value means what the configuration has."""

    key: str = ""
    a: str = ""
    b: str = ""
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.key.strip() or self.a.strip() or self.b.strip())


@dataclass
class Sides:
    """`overrides` of A and of B, as far as the rows can be read; `rows` say what cannot.

    `typed_on` is how many rows the page had, the empty ones at its end included.
    """

    rows: list[Row]
    typed_on: int = 0
    overrides: list[dict[str, Any]] = field(default_factory=lambda: [{}, {}])

    @property
    def shown(self) -> list[Row]:
        """With rows to write on."""
        return [*self.rows, *(Row() for _ in range(SPARE_ROWS))]

    @property
    def faults(self) -> list[str]:
        return [row.fault for row in self.rows if row.fault]

    @property
    def fault_of_each(self) -> list[str]:
        """Of the rows that the page has, empty where there is none."""
        faults = [row.fault for row in self.rows]
        return [*faults, *[""] * (self.typed_on - len(faults))]

    def complain(self, path: str, message: str) -> bool:
        """At the row of that key; False where there is none."""
        row = next((row for row in self.rows if row.key.strip() == path), None)
        if row is None:
            return False
        row.fault = row.fault or message
        return True


def sides_of_form(sent: QueryDict, config_format: str) -> Sides:
    """Where the format has sections, a key has to name one."""
    columns = (sent.getlist(name)[: MOST_ROWS + 1] for name in ("side_key", "side_a", "side_b"))
    rows = [Row(*values) for values in zip(*columns, strict=False)]
    sides = Sides(rows, typed_on=len(rows))
    # what is empty in between stays, so that a fault meets the row it is of
    while sides.rows and sides.rows[-1].is_empty:
        sides.rows.pop()
    for row in sides.rows:
        read_row(row, sides, config_format)
    if len(sides.rows) > MOST_ROWS:
        sides.rows[-1].fault = f"At most {MOST_ROWS} keys may differ."
    return sides


def read_row(row: Row, sides: Sides, config_format: str) -> None:
    if row.is_empty:
        return
    try:
        set_values(row, sides, config_format)
    except InvalidInput as error:
        row.fault = error.message


def set_values(row: Row, sides: Sides, config_format: str) -> None:
    """Raises InvalidInput."""
    if not row.key.strip():
        raise InvalidInput("A value of which key?")
    if not (row.a.strip() or row.b.strip()):
        raise InvalidInput("Give it a value in A, in B, or in both.")
    path_of(row.key, "sides", config_format)
    for side, text in enumerate((row.a.strip(), row.b.strip())):
        if text:
            value = parse_override(f"{row.key.strip()}={text}")
            sides.overrides[side] = merge(sides.overrides[side], value)


def sides_of_points(points: list[Mapping[str, Any]]) -> Sides:
    """Of a comparison that is made again."""
    rows: dict[str, Row] = {}
    for name, point in zip(NAMES, points, strict=True):
        for key, value in flat(point["overrides"]):
            setattr(rows.setdefault(key, Row(key)), name, str(value))
    return Sides(list(rows.values()))
