"""Lists by cursor, stable while rows are added: the same pages by key as in the browser."""

from collections.abc import Callable
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from runs.errors import InvalidInput
from runs.events import latest_seq
from runs.lists.counting import count_of
from runs.lists.paging import Column, page_of

LIMIT = 50
MOST = 500


class Paging(Schema):
    """What every list takes beside its filters."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = LIMIT
    cursor: Annotated[str, Field(max_length=500)] = ""


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


def column_of(columns: tuple[Column, ...], order: str) -> Column:
    name = order.removeprefix("-")
    for column in columns:
        if column.name == name:
            return column
    names = ", ".join(column.name for column in columns)
    raise InvalidInput(f"Sort by {names}; with a minus in front for falling.", "order")
