"""How many runs there are, by project and status, for who asks."""

from collections import Counter
from typing import Any

from django.db.models import Count

from runs.access import visible
from runs.events import latest_seq
from runs.lists.counting import figure_of
from runs.models import Run


def run_counts(user: Any) -> dict[int, Counter[str]]:
    """By the primary keys of the projects that the person sees; counted once an event at most."""
    runs = visible(user, Run.objects.order_by())

    def count() -> list[tuple[int, str, int]]:
        return list(runs.values_list("project", "status").annotate(Count("pk")))

    counts: dict[int, Counter[str]] = {}
    for project, status, n in figure_of(runs, latest_seq(), "runs-by-project", count):
        counts.setdefault(project, Counter())[status] = n
    return counts
