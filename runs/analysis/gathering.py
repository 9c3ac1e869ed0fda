"""The values of each metric by point and load, from what the iterations measured."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .plan import Measured

Value = tuple[int, float | None]
Place = tuple[int, float | None]


@dataclass
class Table:
    """One metric: at (point, load) the [iteration number, value] by rising number.

    The load is None where no iteration has more than one, whatever it is: then it tells no
    more than the point does.
    """

    values: dict[Place, list[Value]] = field(default_factory=dict)
    has_loads: bool = False

    @property
    def xs(self) -> list[float | None]:
        loads = {x for _, x in self.values}
        return sorted(loads, key=lambda x: (x is not None, x or 0.0)) or [None]

    def at(self, point: int, x: float | None) -> list[Value]:
        return self.values.get((point, x), [])


@dataclass(frozen=True)
class Gathered:
    """`completed` counts the iterations that count, by point; `numbers` are theirs."""

    tables: dict[str, Table]
    numbers: dict[int, set[int]]

    @property
    def completed(self) -> Counter[int]:
        return Counter({point: len(numbers) for point, numbers in self.numbers.items()})


def gather(measured: Sequence[Measured]) -> Gathered:
    tables: dict[str, Table] = {}
    numbers: dict[int, set[int]] = {}
    for item in sorted(measured, key=lambda item: (item.point, item.number)):
        if not item.counts:
            continue
        numbers.setdefault(item.point, set()).add(item.number)
        for name, rows in (item.metrics or {}).items():
            add(tables.setdefault(name, Table()), item, rows)
    for table in tables.values():
        if not table.has_loads:
            collapse(table)
    return Gathered({name: table for name, table in tables.items() if table.values}, numbers)


def add(table: Table, item: Measured, rows: Sequence[Sequence[float | None]]) -> None:
    table.has_loads = table.has_loads or len(rows) > 1
    for x, value in rows:
        table.values.setdefault((item.point, x), []).append((item.number, value))


def collapse(table: Table) -> None:
    without: dict[Place, list[Value]] = {}
    for (point, _), values in table.values.items():
        without.setdefault((point, None), []).extend(values)
    table.values = {place: sorted(values) for place, values in without.items()}
