"""What every long list shares. Filters, sorting and page stand in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from runs.errors import InvalidInput
from runs.lists.counting import count_of
from runs.lists.paging import Column, Page, page_of
from runs.web.context import frame_state

CURSORS = ("after", "before")
MOST_IDS = 200


@dataclass(frozen=True)
class Listing:
    """A list: its address, the templates below `folder`, and how it can be sorted.

    Sorted by a column of `sparse`, only rows that have a value there have a place.
    """

    url_name: str
    folder: str
    noun: str
    columns: tuple[Column, ...]
    default_order: str
    sparse: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        return reverse(self.url_name)

    @property
    def row_template(self) -> str:
        return f"{self.folder}/_row.html"

    def column(self, order: str) -> Column | None:
        name = order.removeprefix("-")
        return next((column for column in self.columns if column.name == name), None)


def list_context(request: HttpRequest, listing: Listing, rows: QuerySet[Any]) -> dict[str, Any]:
    """The page asked for and what its templates need to lead on from it. Raises InvalidInput."""
    order = read_order(request, listing)
    page, total = read_page(request, listing, rows, order)
    return {
        "listing": listing,
        "page": page,
        "total": total,
        "order": order,
        "address": request.get_full_path(),
        "chosen_statuses": request.GET.getlist("status"),
    }


def list_response(
    request: HttpRequest,
    listing: Listing,
    context: dict[str, Any],
    form: Callable[[HttpRequest], dict[str, Any]],
) -> HttpResponse:
    """The page, or for htmx the list alone with its address without empty parts.

    `form` gives what only the form of filters needs, and is asked for a whole page alone.
    """
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, f"{listing.folder}/page.html", {**context, **form(request)})
    response = render(request, f"{listing.folder}/_list.html", context)
    response["HX-Push-Url"] = clean_address(request.GET, listing)
    return response


def read_order(request: HttpRequest, listing: Listing) -> str:
    """Raises InvalidInput for a column that the list cannot be sorted by."""
    order = request.GET.get("order") or listing.default_order
    if listing.column(order) is None:
        names = [column.name for column in listing.columns]
        known = f"{', '.join(names[:-1])} and {names[-1]}"
        raise InvalidInput(f"{listing.noun} can be sorted by {known}.", "order")
    return order


def read_page(
    request: HttpRequest, listing: Listing, rows: QuerySet[Any], order: str
) -> tuple[Page, int]:
    """One page and the number of all.

    Where one page holds all, they are not counted: a search that finds little reads every
    row, and would read them twice.
    """
    column = listing.column(order) or listing.columns[0]
    if column.name in listing.sparse:
        rows = rows.filter(**{f"{column.name}__isnull": False})
    after, before = (request.GET.get(name, "") for name in CURSORS)
    page = page_of(rows, column, descending=order.startswith("-"), after=after, before=before)
    alone = not (after or before or page.older)
    return page, len(page.keys) if alone else count_of(rows, frame_state(request).events_since)


def words(listed: str) -> list[str]:
    """The keys that a script asks for, between commas."""
    return [word for word in listed.split(",") if word][:MOST_IDS]


def narrowing(query: QueryDict, ignored: frozenset[str] = frozenset()) -> list[str]:
    """The filters set; an empty list then says "none match", not "none yet"."""
    beside = {*CURSORS, "order", *ignored}
    return [name for name, values in query.lists() if name not in beside and any(values)]


def clean_address(query: QueryDict, listing: Listing) -> str:
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if filled := [value for value in values if value]:
            kept.setlist(name, filled)
    return listing.address + (f"?{kept.urlencode()}" if kept else "")
