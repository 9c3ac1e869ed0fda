"""Keep one root in step for as long as the process lives: by inotify, else by looking."""

import logging
import select
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from runs.files.inotify import Allowance, Overflown, TreeWatch
from runs.files.mounts import is_remote
from runs.models import Root

from .claims import RENEW_SECONDS, ClaimLost, claim, keep, release
from .engine import Counts, Engine
from .heard import Heard
from .kinds import Key, Kind, Look
from .look import Stopped, check

logger = logging.getLogger(__name__)

# What follows a change so closely belongs to the same batch.
GATHER_SECONDS = 0.2
ROW_SECONDS = 1.0
MISSING_SECONDS = 5.0
SAFETY_SECONDS = 300.0
# Looking at everything takes at most one fortieth of a core.
SCANS_SHARE = 40
FAULT_PAUSE_SECONDS = 1.0


class Follower(threading.Thread):
    """One root, on a thread of its own: a network disk that hangs holds up no other.

    Without an `allowance` of watches it looks at everything every now and then.
    """

    def __init__(
        self,
        root: Root,
        kind: Kind,
        *,
        claimed_by: str,
        stop: threading.Event,
        wake: int,
        allowance: Allowance | None,
    ) -> None:
        super().__init__(name=f"follow {root.path}", daemon=True)
        self.root = root
        self.kind = kind
        self.claimed_by = claimed_by
        self.stop = stop
        self.wake = wake
        self.allowance = allowance
        self.watch: TreeWatch | None = None

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._follow()
            except Stopped:
                break
            except ClaimLost as lost:
                logger.warning("%s", lost)
            except Exception:
                logger.exception("root %s: following failed, will begin anew", self.root)
                close_old_connections()
            self.stop.wait(FAULT_PAUSE_SECONDS)
        connection.close()

    def _follow(self) -> None:
        """Until told to stop. Returns at once while another process keeps the root."""
        if not claim(self.root, self.claimed_by):
            return
        try:
            self.root.refresh_from_db()
            self.watch = _tree_watch(self.root, self.allowance)
            Following(self).run()
        finally:
            if self.watch is not None:
                self.watch.close()
            release(self.root, self.claimed_by)


def _tree_watch(root: Root, allowance: Allowance | None) -> TreeWatch | None:
    """None where nobody would tell, or nobody is to be asked."""
    if allowance is None or is_remote(Path(root.path)):
        return None
    try:
        return TreeWatch(allowance)
    except OSError as error:
        logger.warning("no inotify: changes are found by looking (%s)", error)
        return None


class Following:
    """One claim of a root, from loading to its end."""

    def __init__(self, follower: Follower) -> None:
        self.root = follower.root
        self.stop = follower.stop
        self.wake = follower.wake
        self.claimed_by = follower.claimed_by
        self.watch = follower.watch
        self.engine = Engine(
            self.root,
            follower.kind,
            claimed_by=follower.claimed_by,
            stopping=follower.stop.is_set,
            watch=self._watch,
            unwatch=self.watch.drop if self.watch is not None else _nothing,
        )
        self.heard = Heard(self.root.path, self.engine.inventory, follower.kind)
        self.identity: tuple[int, int] | None = None
        self.moved = False
        self.next_scan = 0.0
        self.next_row = 0.0
        self.next_renewal = 0.0

    def run(self) -> None:
        """Until told to stop, or another directory stands where the root was: a disk mounted
        there has none of our watches, and looks the same when it is the same."""
        self.engine.load()
        self._scan()
        while not (self.moved or self.stop.is_set()):
            self._by_the_clock()
            self._wait()
            self._take_up()

    def _by_the_clock(self) -> None:
        now = time.monotonic()
        if now >= self.next_row:
            self.next_row = now + ROW_SECONDS
            self._read_row()
        if now >= self.next_renewal:
            self.next_renewal = now + RENEW_SECONDS
            keep(self.root, self.claimed_by)
        if now >= self.next_scan:
            self._scan()

    def _read_row(self) -> None:
        """What people have ordered meanwhile, and whether another disk has been mounted here."""
        row = Root.objects.only("accept_removals", "scan_requested_at", "scanned_at")
        found = row.get(pk=self.root.pk)
        self.root.accept_removals = found.accept_removals
        requested = found.scan_requested_at
        if found.accept_removals or (requested and requested > (found.scanned_at or requested)):
            self.next_scan = 0.0
        self.moved = self.watch is not None and _identity(self.root.path) != self.identity

    def _scan(self) -> None:
        self.identity = _identity(self.root.path)
        counts = self.engine.scan()
        if self.root.state != Root.State.MISSING:
            self._watch_leaves()
        self.next_scan = time.monotonic() + self._pause(counts)
        logger.info("root %s: %s", self.root, counts)

    def _pause(self, counts: Counts) -> float:
        """Seconds to the next look at everything."""
        if self.root.state == Root.State.MISSING:
            return min(MISSING_SECONDS, settings.FUSIONWEB_SCAN_SECONDS)
        all_watched = self.watch is not None and not self.watch.full
        pause = SAFETY_SECONDS if all_watched else settings.FUSIONWEB_SCAN_SECONDS
        return float(max(pause, SCANS_SHARE * counts.seconds))

    def _watch(self, path: str) -> None:
        if self.watch is not None:
            self.watch.add(path, follow=path == self.root.path)

    def _watch_leaves(self) -> None:
        """Those that changed last come first: there may be more than the user may watch."""
        if self.watch is None:
            return
        inventory = self.engine.inventory
        if not self.engine.watch_new_leaves:
            self.engine.watch_new_leaves = True
            leaves = [
                (look, Key(*name_key, suffix))
                for name_key, name in inventory.names()
                for suffix, look in name.leaves.items()
            ]
            for _, key in sorted(leaves, key=_age):
                check(self.stop.is_set)
                if self.watch.allowance.low:
                    self.watch.full = True
                    break
                self._watch(self.engine.looker.path(key))
                if self.engine.looker.compare(key):
                    self.heard.leaves.add(key)
        watched = len(self.watch)
        Root.objects.filter(pk=self.root.pk).update(
            watched_directories=watched,
            unwatched_directories=max(0, inventory.directories() - watched),
        )

    def _wait(self) -> None:
        """Until something happens, or it is time for something."""
        soonest = min(self.next_row, self.next_renewal, self.next_scan, *self._dues())
        seconds = 0.0 if self.heard else max(0.0, soonest - time.monotonic())
        if self.watch is None:
            select.select([self.wake], [], [], seconds)
        elif self.watch.wait(seconds, self.wake):
            time.sleep(GATHER_SECONDS)
            self._listen(self.watch)

    def _dues(self) -> list[float]:
        return list(self.engine.again.values())

    def _listen(self, watch: TreeWatch) -> None:
        try:
            for change in watch.read():
                self.heard.take(change)
        except Overflown:
            logger.warning("root %s: too much happened at once; looking at all of it", self.root)
            self.next_scan = 0.0

    def _take_up(self) -> None:
        leaves = set(self.engine.due())
        places, heard_leaves = self.heard.empty()
        if places or leaves or heard_leaves:
            self.engine.refresh(places, leaves | heard_leaves)
            if self.root.state == Root.State.MISSING:
                self.next_scan = 0.0


def _nothing(path: str) -> None:
    pass


def _age(leaf: tuple[Look, Key]) -> int:
    look, _ = leaf
    return -look.signature[0] if look.signature else -time.time_ns()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def request_scan(root: Root) -> None:
    """Ask the process that keeps the root to look at everything now."""
    Root.objects.filter(pk=root.pk).update(scan_requested_at=timezone.now())
