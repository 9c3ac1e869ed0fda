"""Pages of a long list by key, not by offset: every page costs the same (see DESIGN.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from runs.errors import InvalidInput

PAGE_SIZE = 50


@dataclass(frozen=True)
class Column:
    """A column a list can be sorted by: how its values are written in an address and read."""

    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Page:
    """Keys of one page in order; `newer` and `older` are cursors, empty where there is no more."""

    keys: list[Any]
    newer: str
    older: str


def moment(name: str) -> Column:
    return Column(name, datetime.isoformat, read_moment)


def read_moment(written: str) -> datetime:
    """Raises ValueError, also for what lies outside of all years once it is in UTC."""
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(written) from error


def text(name: str) -> Column:
    return Column(name, str, str)


def whole(name: str) -> Column:
    return Column(name, str, int)


def page_of(
    rows: QuerySet[Any],
    column: Column,
    *,
    descending: bool,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """The page that follows the cursor `after`, or precedes `before`. Raises InvalidInput.

    Ties are broken by primary key, so that each row is on exactly one page.
    """
    backwards = bool(before)
    cursor = before or after
    falling = descending is not backwards
    if cursor:
        rows = rows.filter(beyond(rows, column, cursor, falling=falling))
    sign = "-" if falling else ""
    ordered = rows.order_by(f"{sign}{column.name}", f"{sign}pk").values_list(column.name, "pk")
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    first, last = (write_cursor(column, *row) for row in (found[0], found[-1]))
    has_newer, has_older = (more, True) if backwards else (bool(after), more)
    return Page([pk for _, pk in found], first if has_newer else "", last if has_older else "")


def write_cursor(column: Column, value: Any, pk: Any) -> str:
    return f"{column.write(value)}~{pk}"


def beyond(rows: QuerySet[Any], column: Column, cursor: str, *, falling: bool) -> Q:
    """Rows past the cursor. As `<= and not =`: the usual `< or =` scans the table in SQLite."""
    written, _, key = cursor.rpartition("~")
    try:
        value, pk = column.read(written), rows.model._meta.pk.to_python(key)
    except (ValueError, ValidationError) as error:
        raise InvalidInput("This page's address is damaged. Begin at the first page.") from error
    passed, step = ("gte", "lte") if falling else ("lte", "gte")
    tie = Q(**{column.name: value, f"pk__{passed}": pk})
    return Q(**{f"{column.name}__{step}": value}) & ~tie
