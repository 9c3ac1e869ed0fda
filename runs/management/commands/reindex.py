"""Bring the tables in step with the disk, once; or keep them so."""

import argparse
import gc
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db.backends.signals import connection_created

from runs.discovery.bulk import spare_memory
from runs.discovery.claims import claim, claimant, release
from runs.discovery.engine import Counts, Engine
from runs.discovery.follow import request_scan
from runs.discovery.indexer import Indexer, kind_of
from runs.discovery.roots import configured_roots
from runs.management.waiting import Terminal, drawn_bar
from runs.models import Root

LOOK_SECONDS = 0.2
NOT_IN_STEP = 3


class Command(BaseCommand):
    help = "Brings the tables of jobs and checkpoints in step with the disk."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--follow", action="store_true", help="keep them so until SIGTERM")
        parser.add_argument(
            "--no-inotify", action="store_true", help="with --follow: look instead of being told"
        )
        parser.add_argument(
            "--accept-removals",
            action="store_true",
            help="remove the rows of all that has vanished, however many",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # what an index holds is no cycle and stays: looking through it for garbage costs a second
        gc.set_threshold(50_000, 20, 1000)
        connection_created.connect(spare_memory)
        if options["follow"]:
            Indexer(use_inotify=not options["no_inotify"]).run()
            return
        terminal = Terminal(sys.stdout, sys.stderr)
        roots = configured_roots()
        if options["accept_removals"]:
            Root.objects.filter(pk__in=[root.pk for root in roots]).update(accept_removals=True)
        in_step = [bring_in_step(root, terminal) for root in roots]
        if not all(in_step):
            raise SystemExit(NOT_IN_STEP)


def bring_in_step(root: Root, terminal: Terminal) -> bool:
    """Scan the root, or have it scanned by the process that keeps it; whether it is in step."""
    began = time.monotonic()
    counts = None
    if claim(root, claimant()):
        counts = scan(root, terminal)
    elif not wait_for_scan(root, terminal):
        return bring_in_step(root, terminal)
    root.refresh_from_db()
    terminal.say(sentence(root, counts, time.monotonic() - began))
    return root.state == Root.State.READY


def scan(root: Root, terminal: Terminal) -> Counts:
    root.refresh_from_db()
    try:
        engine = Engine(
            root,
            kind_of(root),
            claimed_by=claimant(),
            progress=lambda done, total: terminal.draw(bar(root, done, total)),
        )
        engine.load()
        return engine.scan()
    finally:
        release(root, claimant())


def wait_for_scan(root: Root, terminal: Terminal) -> bool:
    """Whoever keeps the root looks at all of it; False where it is gone before it is done."""
    request_scan(root)
    requested_at = Root.objects.get(pk=root.pk).scan_requested_at
    while True:
        root.refresh_from_db()
        if root.state == Root.State.MISSING or (
            root.scanned_at and requested_at and root.scanned_at > requested_at
        ):
            return True
        if claim(root, claimant()):
            release(root, claimant())
            return False
        terminal.draw(bar(root, root.scan_done, root.scan_total or 0))
        time.sleep(LOOK_SECONDS)


def bar(root: Root, done: int, total: int) -> str:
    return f"{drawn_bar(done / total if total else 0.0)}  {done:,} of {total:,} in {root.path}"


def sentence(root: Root, counts: Counts | None, seconds: float) -> str:
    """`/data/status: 100,000 jobs; 12 new, 3 changed, 1 moved, 0 gone (0.9 s)`"""
    begin = f"{root.path}: {kind_of(root).count(root):,} {root.get_kind_display()}"
    if root.reason:
        return f"{begin}; {root.reason}"
    faults = f", {root.fault_count:,} could not be read" if root.fault_count else ""
    if counts is None:
        return f"{begin}; in step, by the process that follows it{faults} ({seconds:.1f} s)"
    return (
        f"{begin}; {counts.found:,} new, {counts.changed:,} changed, {counts.moved:,} moved, "
        f"{counts.gone:,} gone{faults} ({seconds:.1f} s)"
    )
