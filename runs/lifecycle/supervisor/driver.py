"""Goes on with creation sessions whose driver is gone."""

from runs.creation.engine import drive_abandoned

from .beside import Beside


class Driver(Beside):
    """A check of somebody else may take its time, and must not hold up a launch."""

    name = "creation sessions"

    def work(self) -> None:
        drive_abandoned()
