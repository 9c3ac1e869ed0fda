"""Analyse batches until none is due any more: what a supervisor starts by itself."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.backends.signals import connection_created
from django.db.models import F

from runs.discovery.bulk import spare_memory
from runs.events import ring_bell
from runs.models import Batch

NICENESS = 10
IDLE_SECONDS = 60.0


class Command(BaseCommand):
    help = "Computes the results of batches until there is nothing to do for a while."
    # They load every page and the whole API: half of the time until the first result. Whoever
    # started this has made them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--idle-seconds",
            type=float,
            default=IDLE_SECONDS,
            help="end after so long without work (default: 60)",
        )
        parser.add_argument(
            "--again",
            metavar="BATCH",
            default="",
            help="have this batch analysed once more, by whoever does that, and end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            order_again(options["again"])
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        os.nice(NICENESS)
        # Two analysts on two cores, beside the runs: a matrix here is small.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # They bring scipy: no other command should wait for that.
        from runs.analysis.analyst import work

        connection_created.connect(spare_memory)
        work(options["idle_seconds"])


def order_again(batch_id: str) -> None:
    """Also of one that was given up. What was read of its runs is not read anew."""
    ordered = Batch.objects.filter(pk=batch_id).update(
        revision=F("revision") + 1, analysis_attempts=0
    )
    if not ordered:
        raise CommandError(f"there is no batch {batch_id}")
    ring_bell()


def end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
