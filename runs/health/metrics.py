"""All that Prometheus is told: the traffic of this process, and the lab out of the database."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from django.db import DatabaseError
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from runs.health.launches import launches
from runs.health.machine import database_size, disks, roots, supervisors
from runs.health.work import jobs, queue, runs
from runs.http.traffic import REGISTRY

FIGURES: list[Callable[[], Iterable[Metric]]] = [
    runs, jobs, queue, launches, supervisors, roots, disks, database_size,
]  # fmt: skip


class Lab:
    """Asked anew at each scrape, so that a figure is never older than the pages' own."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("fusionweb_database_up", "Whether the database answered.")
        try:
            found = list(chain.from_iterable(figure() for figure in FIGURES))
        except DatabaseError:
            found = []
        up.add_metric([], bool(found))
        yield up
        yield from found


def scrape() -> bytes:
    """In the text format of Prometheus, version 0.0.4."""
    return generate_latest(Lab()) + generate_latest(REGISTRY)
