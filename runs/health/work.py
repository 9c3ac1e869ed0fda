"""Runs, jobs and the queue as figures for Prometheus."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from runs.contract.status import Status
from runs.discovery.selectors import STALE, stale_jobs
from runs.events import latest_seq
from runs.lifecycle.selectors import queue_state
from runs.lists.counting import figure_of
from runs.models import Job, Run


def counts_of(model: type[Run] | type[Job]) -> dict[str, int]:
    """By status; counted anew only after an event, and seldom where there are very many."""
    rows: QuerySet[Any] = model.objects.order_by()
    counted = rows.values_list("status").annotate(Count("pk"))
    return figure_of(rows, latest_seq(), "by-status", lambda: dict(counted))


def by_status(name: str, words: str, counts: dict[str, int], also: str = "") -> Metric:
    """Every status there can be has a sample: a series that is absent cannot be compared."""
    family = GaugeMetricFamily(name, words, labels=["status"])
    known = [status.value for status in Status] + ([also] if also else [])
    for status in known:
        family.add_metric([status], counts.get(status, 0))
    return family


def runs() -> Iterator[Metric]:
    yield by_status("fusionweb_runs", "Runs by status.", counts_of(Run))


def jobs() -> Iterator[Metric]:
    """Those that are stale do not count as running."""
    counts = counts_of(Job)
    stale = stale_jobs().count()
    running = max(0, counts.get(Status.RUNNING, 0) - stale)
    counts = {**counts, STALE: stale, Status.RUNNING.value: running}
    yield by_status("fusionweb_jobs", "Jobs on disk by status.", counts, STALE)


def queue() -> Iterator[Metric]:
    state = queue_state()
    yield GaugeMetricFamily("fusionweb_slots", "Runs that may execute at once.", state.slots)
    yield GaugeMetricFamily("fusionweb_queue_length", "Runs that wait.", state.pending)
    waiting = Run.objects.filter(status=Status.PENDING)
    oldest = waiting.order_by().aggregate(oldest=Min("created_at"))["oldest"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily(
        "fusionweb_queue_oldest_seconds", "How long the oldest waiting run has waited.", age
    )
