"""Wake whoever waits for a file to change: by inotify, else by looking every 100 ms.

One watcher a process, with one inotify watch a directory, whoever and how many wait. A bell says
"look", never what happened: readers hold a byte offset. Missed events are expected (a directory
replaced, a queue that overflowed, a write from another host), so every file is also looked at
once a second.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from asyncinotify import Event, Inotify, Mask, Watch

from runs.files.mounts import is_remote

POLL_SECONDS = 0.1
# Where there is a watch, every tenth look is enough, for what it may have missed.
SAFETY_LOOKS = 10
# After a wake-up further events gather for so long: a program that writes a thousand lines a
# second costs a tenth of the wake-ups, and a single line still rings at once.
GATHER_SECONDS = 0.002

CHANGES = (
    Mask.MODIFY | Mask.ATTRIB | Mask.CREATE | Mask.DELETE | Mask.MOVED_FROM | Mask.MOVED_TO
    | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.ONLYDIR
)  # fmt: skip
GONE = Mask.IGNORED | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.UNMOUNT

# Device, inode, size and time of change; None for what is not there.
Signature = tuple[int, int, int, int] | None


class Bell:
    """Rings when its file may have changed; changes between two waits ring once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, timeout: float | None = None) -> bool:
        """True when it rang since the last wait, False after `timeout` seconds without.

        Read after it returns: a change while reading makes the next wait return at once.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


@dataclass(eq=False)
class _File:
    path: Path
    seen: Signature
    bells: set[Bell] = field(default_factory=set)


@dataclass(eq=False)
class _Folder:
    """A directory somebody waits in. Without a watch its files are looked at ten times a second."""

    path: Path
    identity: tuple[int, int] | None = None
    watch: Watch | None = None
    pollable_only: bool = False
    files: dict[str, _File] = field(default_factory=dict)

    def ring_all(self) -> None:
        for file in self.files.values():
            _ring(file)


@dataclass(frozen=True)
class _Sight:
    """What a look at a folder found; taken in a thread, for a network file system may hang."""

    folder: _Folder
    identity: tuple[int, int] | None
    signatures: list[tuple[_File, Signature]]


class Watcher:
    """`async with watcher.subscribe(path) as bell:`; at rest it holds no task and no descriptor.

    `use_inotify=False` looks at every file each `poll_seconds` instead.
    """

    def __init__(self, *, use_inotify: bool = True, poll_seconds: float = POLL_SECONDS) -> None:
        self.poll_seconds = poll_seconds
        self.use_inotify = use_inotify and sys.platform == "linux"
        self._forget()

    @asynccontextmanager
    async def subscribe(self, path: Path, bell: Bell | None = None) -> AsyncIterator[Bell]:
        """A bell for one file. Neither it nor its directory need exist yet.

        Who waits for other things as well brings a bell of its own.
        """
        # A log that is a symlink changes where it really is.
        real = Path(os.path.realpath(path))
        bell = bell or Bell()
        self._start()
        folder = self._folder(real.parent)
        if real.name not in folder.files:
            folder.files[real.name] = _File(real, _signature(real))
        folder.files[real.name].bells.add(bell)
        try:
            yield bell
        finally:
            await self._leave(folder, real.name, bell)

    def _forget(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inotify: Inotify | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._folders: dict[Path, _Folder] = {}
        # Two paths may lead to one directory, which has one watch.
        self._watched: dict[int, set[_Folder]] = {}
        self._unwatched = Bell()

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        # Another loop that ended without a word took its tasks along.
        if self._inotify:
            self._inotify.close()
        self._forget()
        self._loop = loop
        self._tasks.append(loop.create_task(self._poll()))
        if self.use_inotify:
            # More instances than the user may have: polling does as well.
            with suppress(OSError):
                self._inotify = Inotify(cache_size=1024)
                self._tasks.append(loop.create_task(self._listen(self._inotify)))

    async def _stop(self) -> None:
        tasks, inotify = self._tasks, self._inotify
        self._forget()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if inotify:
            inotify.close()

    def _folder(self, path: Path) -> _Folder:
        folder = self._folders.get(path)
        if folder is None:
            folder = self._folders[path] = _Folder(path, pollable_only=is_remote(path))
            self._watch(folder)
            if folder.watch is None:
                self._unwatched.ring()
        return folder

    async def _leave(self, folder: _Folder, name: str, bell: Bell) -> None:
        file = folder.files[name]
        file.bells.discard(bell)
        if file.bells:
            return
        del folder.files[name]
        if not folder.files and self._folders.get(folder.path) is folder:
            del self._folders[folder.path]
            self._unwatch(folder)
            if not self._folders:
                await self._stop()

    def _watch(self, folder: _Folder) -> None:
        if self._inotify is None or folder.pollable_only:
            return
        # Missing, not permitted, or no watches left: it is polled, and tried again each look.
        with suppress(OSError):
            folder.identity = _identity(folder.path)
            folder.watch = self._inotify.add_watch(folder.path, CHANGES)
            self._watched.setdefault(folder.watch.wd, set()).add(folder)

    def _unwatch(self, folder: _Folder) -> None:
        watch, folder.watch = folder.watch, None
        self._unwatched.ring()
        if watch is None or self._inotify is None:
            return
        sharing = self._watched.get(watch.wd, set())
        sharing.discard(folder)
        if not sharing:
            self._watched.pop(watch.wd, None)
            # Gone with its directory already.
            with suppress(OSError):
                self._inotify.rm_watch(watch)

    async def _listen(self, inotify: Inotify) -> None:
        loop = asyncio.get_running_loop()
        gathered = 0.0
        async for event in inotify:
            self._dispatch(event)
            if loop.time() - gathered > GATHER_SECONDS:
                await asyncio.sleep(GATHER_SECONDS)
                gathered = loop.time()

    def _dispatch(self, event: Event) -> None:
        if event.mask & Mask.Q_OVERFLOW:
            for folder in self._folders.values():
                folder.ring_all()
        elif event.watch:
            for folder in list(self._watched.get(event.watch.wd, ())):
                self._tell(folder, event)

    def _tell(self, folder: _Folder, event: Event) -> None:
        if event.mask & GONE:
            self._unwatch(folder)
            folder.ring_all()
        elif event.name and (file := folder.files.get(str(event.name))):
            _ring(file)

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        looked_at_all = loop.time()
        while True:
            await self._rest()
            safety = loop.time() - looked_at_all >= (SAFETY_LOOKS - 1) * self.poll_seconds
            if safety:
                looked_at_all = loop.time()
            due = [folder for folder in self._folders.values() if safety or not folder.watch]
            if due:
                for sight in await asyncio.to_thread(_look, _snapshot(due)):
                    self._compare(sight)

    async def _rest(self) -> None:
        """Until the next look: soon where a folder has no watch, or has just lost it."""
        if all(folder.watch for folder in self._folders.values()):
            await self._unwatched.wait(SAFETY_LOOKS * self.poll_seconds)
        else:
            await asyncio.sleep(self.poll_seconds)

    def _compare(self, sight: _Sight) -> None:
        folder = sight.folder
        if self._folders.get(folder.path) is not folder:
            return
        for file, signature in sight.signatures:
            if signature != file.seen:
                file.seen = signature
                _ring(file)
        if folder.watch and sight.identity != folder.identity:
            self._unwatch(folder)
        if folder.watch is None and sight.identity:
            self._watch(folder)
            if folder.watch:
                # What happened between the look and the watch is not known.
                folder.ring_all()


watcher = Watcher()
"""The one of this process."""


def _ring(file: _File) -> None:
    for bell in file.bells:
        bell.ring()


def _snapshot(folders: list[_Folder]) -> list[tuple[_Folder, list[_File]]]:
    """The folders' files as they are now: the loop goes on changing them while a thread looks."""
    return [(folder, list(folder.files.values())) for folder in folders]


def _look(folders: list[tuple[_Folder, list[_File]]]) -> list[_Sight]:
    return [
        _Sight(folder, _identity(folder.path), [(file, _signature(file.path)) for file in files])
        for folder, files in folders
    ]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _signature(path: Path) -> Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
