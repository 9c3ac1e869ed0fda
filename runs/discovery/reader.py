"""Read many leaves in a process of its own while this one writes what was read.

As a thread it would share Python's lock with the writing: both then took longer than one after
the other on two cores.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType

from runs.models import Root

from .keys import chunks
from .kinds import Key, Kind, Reading
from .reading_process import begin

LEAVES_A_BATCH = 1000
BATCHES_AHEAD = 3
Leaf = tuple[Key, str, int]
"""Key, path and inode."""


def read_leaves(kind: Kind, root: Root, leaves: list[Leaf]) -> list[Reading]:
    return [kind.read(root, *leaf) for leaf in leaves]


class Reader:
    """The process, started where it is wanted and ended with the `with`.

    `check` may raise to end a reading. Raises BrokenProcessPool where the process was killed.
    """

    def __init__(self, kind: Kind, root: Root, check: Callable[[], None]) -> None:
        self.kind = kind
        self.root = root
        self.check = check
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def start(self) -> ProcessPoolExecutor:
        """It takes half a second, which passes while something else is done."""
        if self.pool is None:
            # Not forked: other threads hold locks that nobody would let go of in the copy.
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(1, context, begin, (os.getpid(),))
            self.pool.submit(os.getpid)
        return self.pool

    def read(self, leaves: list[Leaf]) -> Iterator[list[Reading]]:
        """In the order of `leaves`."""
        pool = self.start()
        coming: deque[Future[list[Reading]]] = deque()
        for batch in chunks(leaves, LEAVES_A_BATCH):
            coming.append(pool.submit(read_leaves, self.kind, self.root, batch))
            if len(coming) > BATCHES_AHEAD:
                self.check()
                yield coming.popleft().result()
        while coming:
            self.check()
            yield coming.popleft().result()
