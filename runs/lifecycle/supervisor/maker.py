"""Makes the runs of batches that have more than were made with them."""

from runs.analysis.making import make_waiting

from .beside import Beside


class Maker(Beside):
    """Hundreds of directories at a time, which must not hold up a launch."""

    name = "runs of batches"

    def work(self) -> None:
        make_waiting(self.stopped.is_set)
