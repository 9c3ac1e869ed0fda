"""What the supervisor sleeps on: the bell, the runs' directories, their shims, its signals."""

import logging
import os
import selectors
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from asyncinotify import Inotify, Mask

from runs.events import bell_path, ring_bell

logger = logging.getLogger(__name__)

# Our shim replaces metadata.json by rename; log and progress lines must not wake anybody here.
DIRECTORY_MASK = Mask.MOVED_TO
BELL_MASK = Mask.ATTRIB | Mask.CLOSE_WRITE


@dataclass
class Woken:
    """What waiting was ended by: keys of runs whose directory changed, or whose process ended.

    `rang`: the bell did, or nothing else happened, or nobody could have told.
    """

    changed: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    rang: bool = False


class Alarm:
    """Waits until something happens, and says to which runs.

    Without inotify (its limit reached, another system) waiting ends by the time-out alone.
    """

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.inotify: Inotify | None = None
        self.bell: Any = None
        self.watches: dict[str, Any] = {}
        self.process_fds: dict[str, int] = {}

    def __enter__(self) -> "Alarm":
        self._listen_for_signals()
        try:
            self.inotify = Inotify(sync_timeout=0)
        except OSError:
            logger.warning("no inotify here: changes are noticed by looking once a second")
            return self
        ring_bell()
        self.bell = self.inotify.add_watch(bell_path(), BELL_MASK)
        self.selector.register(self.inotify.fd, selectors.EVENT_READ, "inotify")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for key in list(self.process_fds):
            self.forget(key)
        signal.set_wakeup_fd(-1)
        self.selector.close()
        if self.inotify:
            self.inotify.close()
        self.reader.close()
        self.writer.close()

    def _listen_for_signals(self) -> None:
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.reader, selectors.EVENT_READ, "signal")

    def watch(self, key: str, directory: Path, process_fd: int | None) -> None:
        """Wake for `key` when its directory or its process changes. Takes over the fd."""
        self.forget(key)
        if process_fd is not None:
            self.process_fds[key] = process_fd
            self.selector.register(process_fd, selectors.EVENT_READ, key)
        if self.inotify is None:
            return
        try:
            self.watches[key] = self.inotify.add_watch(directory, DIRECTORY_MASK)
        except OSError as error:
            logger.warning("run %s: its directory is not watched: %s", key, error)

    def forget(self, key: str) -> None:
        descriptor = self.process_fds.pop(key, None)
        if descriptor is not None:
            self.selector.unregister(descriptor)
            os.close(descriptor)
        watch = self.watches.pop(key, None)
        if watch is None or self.inotify is None:
            return
        try:
            self.inotify.rm_watch(watch)
        except OSError:
            pass  # the kernel dropped the watch together with the directory

    def wait(self, seconds: float) -> Woken:
        """Until something happens, a signal comes, or for so long."""
        woken = Woken(rang=self.inotify is None)
        ready = self.selector.select(seconds)
        for key, _ in ready:
            if key.data == "signal":
                self._drain_signals()
            elif key.data == "inotify":
                self._hear(woken)
            else:
                woken.ended.add(key.data)
                self._silence(key.data)
        woken.rang = woken.rang or not ready
        return woken

    def _silence(self, key: str) -> None:
        """A process ends once, and its descriptor would stay readable for ever."""
        descriptor = self.process_fds.pop(key)
        self.selector.unregister(descriptor)
        os.close(descriptor)

    def _drain_signals(self) -> None:
        try:
            self.reader.recv(4096)
        except BlockingIOError:
            pass

    def _hear(self, woken: Woken) -> None:
        assert self.inotify is not None
        owners = {watch.wd: key for key, watch in self.watches.items()}
        for event in self.inotify:
            if event.watch is self.bell or event.watch is None:
                woken.rang = True
            elif event.watch.wd in owners:
                woken.changed.add(owners[event.watch.wd])
