"""The supervisor's loop: every step says whether it did work, and is safe to repeat."""

import logging
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from runs.alerts.processes import beside_supervisor
from runs.contract.status import Status
from runs.errors import LaunchFailed, PassingFault
from runs.lifecycle.children import Child
from runs.lifecycle.executors import executor_named
from runs.lifecycle.processes import end_marked, read_identity
from runs.models import Run
from runs.models import Supervisor as SupervisorRow

from .alarm import Alarm, Woken
from .analysts import Analysts
from .claim import claim_free, release, renew, take_over_abandoned
from .cleaner import Cleaner
from .driver import Driver
from .launch import launch_run
from .maker import Maker
from .observe import (
    Watched,
    correct_lost,
    final_metadata,
    finish,
    is_gone,
    lose,
    mark_verified,
    read_progress,
)
from .sweep import Statistics, dead_supervisors, forget_old_supervisors

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
HEARTBEAT_SECONDS = 2.0
SWEEP_SECONDS = 30.0
FAULT_PAUSE_SECONDS = 1.0
INDEXER_END_SECONDS = 3.0


def indexer_child() -> Child:
    """Reading a hundred thousand directories, or a disk that hangs, must not hold up a launch."""
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    return Child("indexer", [sys.executable, manage, "reindex", "--follow"])


class Supervisor:
    """Claims, launches, observes and stops runs until it is told to end. Runs go on then."""

    def __init__(self, label: str = "") -> None:
        identity = read_identity(os.getpid())
        if identity is None:
            raise LaunchFailed("the supervisor cannot read its own process identity")
        self.host = identity.host
        self.name = f"{label or self.host}:{identity.pid}:{identity.start_ticks}"[:100]
        self.identity = identity
        self.watched: dict[str, Watched] = {}
        self.unbegun: list[str] = []
        self.alarm = Alarm()
        self.cleaner = Cleaner()
        self.driver = Driver()
        self.analysts = Analysts()
        self.maker = Maker()
        self.stopping = False
        self.asked = True
        self.next_heartbeat = 0.0
        self.next_sweep = 0.0
        self.statistics = Statistics()
        self.helpers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="end-left-over")

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def run(self) -> None:
        """Work until SIGTERM or SIGINT. A fault is logged and tried again, never fatal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        logger.info("supervisor %s: %s slots", self.name, settings.FUSIONWEB_MAX_RUNNING)
        indexer = indexer_child()
        with self.alarm, beside_supervisor():
            while not self.stopping:
                indexer.look()
                self.attempt_step()
            indexer.terminate()
            self.leave()
            indexer.end_within(INDEXER_END_SECONDS)

    def attempt_step(self) -> None:
        try:
            if not self.step():
                self.take_up(self.alarm.wait(TICK_SECONDS))
        except Exception:
            logger.exception("supervisor %s: a step failed and will be repeated", self.name)
            close_old_connections()
            self.asked = True
            time.sleep(FAULT_PAUSE_SECONDS)

    def step(self) -> bool:
        """One round; True where there may be more to do at once.

        The database is asked only after the bell, a run's end, a second of quiet or a heartbeat:
        each answer costs as much as a program that ends at once.
        """
        self.keep_up()
        if not self.asked:
            return False
        self.asked = False
        self.deliver_cancels()
        return self.launch_free()

    def take_up(self, woken: Woken) -> None:
        self.asked = self.asked or woken.rang
        for key in (woken.changed | woken.ended) & self.watched.keys():
            self.look_at(self.watched[key], may_be_gone=key in woken.ended)

    def keep_up(self) -> None:
        """What is done by the clock: heartbeat, lease, a look at every run, clean-up."""
        now = time.monotonic()
        if now >= self.next_heartbeat:
            self.next_heartbeat = now + HEARTBEAT_SECONDS
            # an order whose bell was lost, or came from another machine, waits no longer than this
            self.asked = True
            self.heartbeat()
            self.adopt()
            self.observe_all()
            self.driver.start()
            self.maker.start()
        self.analysts.look()
        if now >= self.next_sweep:
            self.next_sweep = now + SWEEP_SECONDS
            correct_lost()
            self.cleaner.start()
            forget_old_supervisors()
            self.statistics.keep_fresh(now)

    def heartbeat(self) -> None:
        SupervisorRow.objects.update_or_create(
            name=self.name,
            defaults={
                "host": self.host,
                "pid": self.identity.pid,
                "identity": asdict(self.identity),
                "heartbeat_at": timezone.now(),
                "slots": settings.FUSIONWEB_MAX_RUNNING,
            },
        )
        renew(self.name)

    def adopt(self) -> None:
        """Go on with what a supervisor that is gone has left: running runs, half launches."""
        for run in take_over_abandoned(self.name, dead_supervisors(self.name)):
            logger.info("run %s: taken over (%s)", run.pk, run.status)
            self.unbegun.append(run.pk)
            self.asked = True

    def launch_free(self) -> bool:
        """Fill the slots that are free; False where nothing waits for one."""
        free = settings.FUSIONWEB_MAX_RUNNING - len(self.watched) - len(self.unbegun)
        runs = self.take_up_again()
        if free > 0:
            runs += claim_free(self.name, at_most=free)
        self.unbegun = [run.pk for run in runs]
        for run in runs:
            # the last, should it fail; only then has it begun: nobody else may begin it
            self.unbegun.append(self.unbegun.pop(0))
            self.begin(run)
            self.unbegun.pop()
        return bool(runs)

    def take_up_again(self) -> list[Run]:
        """What is ours and has not begun, read anew: a transaction that failed left a run in
        memory as it never was."""
        if not self.unbegun:
            return []
        ours = Run.objects.filter(pk__in=self.unbegun, claimed_by=self.name)
        return list(ours.select_related("project", "program", "owner"))

    def begin(self, run: Run) -> None:
        """Launch what is pending; launching again what was launched already only finds it."""
        if run.status == Status.PENDING and not launch_run(run):
            self.asked = True
            return
        watched = Watched.of(run)
        self.watched[run.pk] = watched
        descriptor = executor_named(run.executor).wait_fd(run.handle) if run.handle else None
        self.alarm.watch(run.pk, run.directory, descriptor)
        # Where there is a descriptor it wakes us at the end, whatever we missed before.
        if descriptor is None:
            self.observe(watched)

    def observe_all(self) -> None:
        for watched in list(self.watched.values()):
            self.look_at(watched)
        mark_verified([watched.run for watched in self.watched.values() if not watched.ending])

    def look_at(self, watched: Watched, *, may_be_gone: bool = True) -> None:
        """One run that cannot be read must not keep the others from being watched."""
        try:
            read_progress(watched)
            self.observe(watched, may_be_gone=may_be_gone)
        except Exception:
            logger.exception("run %s could not be observed, will be again", watched.run.pk)

    def observe(self, watched: Watched, *, may_be_gone: bool = True) -> None:
        """Finish what has ended; what vanished without a word is lost once its rest is ended."""
        run = watched.run
        metadata = final_metadata(run.directory)
        # the last word may be spoken between reading and probing: read again before judging
        if metadata is None and may_be_gone and is_gone(run):
            metadata = final_metadata(run.directory)
            if metadata is None:
                self.end_left_over(watched)
                return
        if metadata is not None:
            finish(watched, metadata)
            self.forget(watched)

    def end_left_over(self, watched: Watched) -> None:
        """In a thread of its own: it may take the whole grace period."""
        run = watched.run
        if watched.ending is None:
            grace = run.cancel_grace_seconds or settings.FUSIONWEB_GRACE_SECONDS
            watched.ending = self.helpers.submit(end_marked, run.directory, grace)
        if watched.ending.done():
            lose(watched, watched.ending.result())
            self.forget(watched)

    def forget(self, watched: Watched) -> None:
        self.alarm.forget(watched.run.pk)
        self.watched.pop(watched.run.pk, None)
        self.asked = True

    def deliver_cancels(self) -> None:
        if not self.watched:
            return
        ordered = Run.objects.filter(
            status=Status.RUNNING, claimed_by=self.name, cancel_requested_at__isnull=False
        )
        order = (
            "pk",
            "cancel_requested_at",
            "cancel_grace_seconds",
            "cancel_requested_by__username",
        )
        for run_id, at, grace, by in ordered.values_list(*order):
            watched = self.watched.get(run_id)
            if watched and watched.cancel_delivered != at:
                watched.run.cancel_requested_at, watched.run.cancel_grace_seconds = at, grace
                self.deliver_cancel(watched, by or "")

    def deliver_cancel(self, watched: Watched, by: str) -> None:
        """Once per order; a second order with another grace period is delivered again."""
        run = watched.run
        grace = run.cancel_grace_seconds
        grace = settings.FUSIONWEB_GRACE_SECONDS if grace is None else grace
        try:
            executor_named(run.executor).cancel(run.handle, grace, by)
        except PassingFault as fault:
            logger.warning("run %s: %s; will be tried again", run.pk, fault)
            return
        watched.cancel_delivered = run.cancel_requested_at

    def leave(self) -> None:
        self.cleaner.stop()
        self.driver.stop()
        self.maker.stop()
        release(self.name)
        SupervisorRow.objects.filter(name=self.name).delete()
        self.helpers.shutdown(wait=False, cancel_futures=True)
        self.analysts.stop()
        logger.info("supervisor %s: ended; %s runs go on", self.name, len(self.watched))
