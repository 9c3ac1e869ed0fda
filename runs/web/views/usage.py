"""Who holds how much of the disks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.cleanup.usage import Share, disks, usage
from runs.errors import InvalidInput

ORDERS: dict[str, Callable[[Share], int | str]] = {
    "total": lambda share: share.size_bytes,
    "jobs": lambda share: share.jobs.size_bytes,
    "checkpoints": lambda share: share.checkpoints.size_bytes,
    "trash": lambda share: share.trash.size_bytes,
    "name": lambda share: share.name,
}
COLUMNS = [
    ("total", "Total"), ("jobs", "Runs and jobs"), ("checkpoints", "Checkpoints"),
    ("trash", "Trash"),
]  # fmt: skip


@require_safe
@never_cache
def usage_page(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("order") or "total"
    if order not in ORDERS:
        raise InvalidInput(f"Usage can be sorted by {', '.join(ORDERS)}.", "order")
    found = usage(request.user)
    context = {
        "tables": [
            ("Project", "project", in_order(found.projects, order)),
            ("Owner", "owner", in_order(found.owners, order)),
        ],
        "columns": COLUMNS,
        "order": order,
        "usage": found,
        "disks": disks(),
    }
    return render(request, "usage/page.html", context)


def in_order(shares: list[Share], order: str) -> list[Share]:
    """Sizes with the largest first, names by the alphabet; ties by name."""
    by_name = sorted(shares, key=lambda share: share.name)
    if order == "name":
        return by_name
    return sorted(by_name, key=ORDERS[order], reverse=True)
