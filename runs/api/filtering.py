"""Narrow lists by the same filters as the pages."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, TypeVar

import django_filters
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja import Schema
from pydantic import Field

from runs.errors import InvalidInput

Row = TypeVar("Row", bound=Model)
# What PostgreSQL stores as text: anything but NUL.
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Filter = Annotated[Word, Field(max_length=255)]
# Beyond these, a day in one zone need not have a year in another.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
RootNumber = Annotated[int, Field(ge=0, lt=2**31)]


def asked(filters: Schema, lists: Collection[str] = ()) -> dict[str, list[str]]:
    """What is set, as the form of a page would send it; `lists` have commas between values."""
    data = {}
    for name, value in filters.model_dump(exclude={"order"}).items():
        if value in (None, "", False):
            continue
        text = "1" if value is True else str(value)
        data[name] = [part for part in text.split(",") if part] if name in lists else [text]
    return data


def filtered(
    kind: type[django_filters.FilterSet],
    data: dict[str, list[str]],
    rows: QuerySet[Row],
    request: HttpRequest | None = None,
) -> QuerySet[Row]:
    """Raises InvalidInput with the sentence that the page would say beside the field.

    Choices that are not everybody's, such as projects, are those of who makes the `request`.
    """
    filters = kind(MultiValueDict(data), queryset=rows, request=request)
    if not filters.is_valid():
        name, messages = next(iter(filters.errors.items()))
        raise InvalidInput(f"{name}: {messages[0]}", name)
    found: QuerySet[Row] = filters.qs
    return found


def having(rows: QuerySet[Row], order: str, sparse: Collection[str]) -> QuerySet[Row]:
    """Sorted by a column that not every row has a value in, only those that do have a place."""
    column = order.removeprefix("-")
    return rows.filter(**{f"{column}__isnull": False}) if column in sparse else rows


def rows_in_order(rows: QuerySet[Any], keys: list[Any]) -> list[Any]:
    """The rows of these primary keys; those that are gone meanwhile are left out."""
    found = rows.order_by().in_bulk(keys)
    return [found[key] for key in keys if key in found]
