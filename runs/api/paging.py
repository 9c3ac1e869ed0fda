"""Lists by cursor, stable while rows are added: the same pages by key as in the browser."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from runs.errors import InvalidInput
from runs.events import latest_seq
from runs.lists.counting import count_of
from runs.lists.paging import Column, page_of

Thing = TypeVar("Thing")
LIMIT = 50
MOST = 500


class Paging(Schema):
    """What every list takes beside its filters."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = LIMIT
    cursor: Annotated[str, Field(max_length=2000)] = ""


PagingQuery = Query[Paging]


def page_answer(
    rows: QuerySet[Any],
    columns: tuple[Column, ...],
    order: str,
    paging: Paging,
    load: Callable[[list[Any]], list[Any]],
) -> dict[str, Any]:
    """The answer of a list: `load` makes items of one page's keys, in their order.

    `order` is the name of one of `columns`, with a minus for falling. Raises InvalidInput.
    """
    seq = latest_seq()
    column = column_of(columns, order)
    page = page_of(
        rows, column, descending=order.startswith("-"), after=paging.cursor, size=paging.limit
    )
    alone = not paging.cursor and not page.older
    total = len(page.keys) if alone else count_of(rows.order_by(), seq)
    return {"items": load(page.keys), "next": page.older or None, "total": total}


def listed_answer(
    things: Iterable[Thing],
    key: Callable[[Thing], str],
    paging: Paging,
    item: Callable[[Thing], Any],
) -> dict[str, Any]:
    """The same of what is in memory, in the order of `key`, which each has of its own."""
    keyed = sorted(((key(thing), thing) for thing in things), key=lambda pair: pair[0])
    rest = [pair for pair in keyed if pair[0] > paging.cursor]
    shown = rest[: paging.limit]
    return {
        "items": [item(thing) for _, thing in shown],
        "next": shown[-1][0] if len(rest) > len(shown) else None,
        "total": len(keyed),
    }


def column_of(columns: tuple[Column, ...], order: str) -> Column:
    name = order.removeprefix("-")
    for column in columns:
        if column.name == name:
            return column
    names = ", ".join(column.name for column in columns)
    raise InvalidInput(f"Sort by {names}; with a minus in front for falling.", "order")
