"""Supervisors, roots, disks and the database as figures for Prometheus."""

import os
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from runs.lifecycle.selectors import live_supervisors
from runs.models import Root, Supervisor

OF_SQLITE = ("", "-wal", "-shm")
IN_STEP = (Root.State.READY, Root.State.SCANNING)


def supervisors() -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "fusionweb_supervisors_alive", "Supervisors heard of lately.", len(live_supervisors())
    )
    age = GaugeMetricFamily(
        "fusionweb_supervisor_heartbeat_age_seconds",
        "Since the loop of the newest supervisor of a host last went round.",
        labels=["host"],
    )
    newest = dict(reversed(Supervisor.objects.values_list("host", "heartbeat_at")))
    for host, heartbeat_at in newest.items():
        age.add_metric([host], (timezone.now() - heartbeat_at).total_seconds())
    yield age


def roots() -> Iterator[Metric]:
    """From the rows that the indexer, a process of its own, writes."""
    labels = ["root", "kind"]
    up = GaugeMetricFamily("fusionweb_root_up", "Whether a root is there and read.", labels=labels)
    took = GaugeMetricFamily(
        "fusionweb_scan_seconds", "How long the last scan of a root took.", labels=labels
    )
    rows = GaugeMetricFamily(
        "fusionweb_scan_rows", "Directories that the last scan of a root found.", labels=labels
    )
    age = GaugeMetricFamily(
        "fusionweb_scan_age_seconds", "Since the last scan of a root began.", labels=labels
    )
    faults = GaugeMetricFamily(
        "fusionweb_root_faults", "Directories of a root that could not be read.", labels=labels
    )
    for root in Root.objects.all():
        names = [root.path, root.kind]
        up.add_metric(names, root.state in IN_STEP)
        rows.add_metric(names, root.scan_done)
        faults.add_metric(names, root.fault_count)
        if root.scan_seconds is not None:
            took.add_metric(names, root.scan_seconds)
        if root.scanned_at:
            age.add_metric(names, (timezone.now() - root.scanned_at).total_seconds())
    yield from (up, took, rows, age, faults)


def disks() -> Iterator[Metric]:
    """Free is what may still be written: without what is kept for the system's own user."""
    labels = ["path"]
    free = GaugeMetricFamily("fusionweb_disk_free_bytes", "Free space of a root.", labels=labels)
    total = GaugeMetricFamily("fusionweb_disk_total_bytes", "Size of its disk.", labels=labels)
    folders = {str(settings.FUSIONWEB_DATA), *Root.objects.values_list("path", flat=True)}
    for path in sorted(folders):
        try:
            usage = shutil.disk_usage(path)
        except OSError:
            # a root that is missing says so by itself
            continue
        free.add_metric([path], usage.free)
        total.add_metric([path], usage.total)
    yield from (free, total)


def database_size() -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "fusionweb_database_bytes", "Size of the database on its disk.", size_of_database()
    )


def size_of_database() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    files = [f"{name}{suffix}" for suffix in OF_SQLITE]
    return sum(os.stat(file).st_size for file in files if os.path.exists(file))  # noqa: PTH110, PTH116
