"""What every executor can do: launch, probe, cancel, and nothing else.

What became of a run is read from its directory, whoever launched it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LaunchSpec:
    """What to start, in a directory that exists and is the program's working directory.

    `env` is the program's whole environment; `metadata` the first keys of metadata.json.
    """

    run_dir: Path
    argv: list[str]
    env: dict[str, str]
    metadata: dict[str, Any]
    grace_seconds: float = 10
    heartbeat_seconds: float = 30


@dataclass(frozen=True)
class Launched:
    """`handle` is JSON, kept with the run: all that probe and cancel need, also after a restart."""

    handle: dict[str, Any]


class Probe(StrEnum):
    RUNNING = "running"
    GONE = "gone"
    UNKNOWN = "unknown"


class Executor(ABC):
    """One way of running jobs. Its methods never wait for a program."""

    @abstractmethod
    def launch(self, spec: LaunchSpec) -> Launched:
        """Start the run of `spec.run_dir`, once, however often this is called.

        Returns when somebody watches over the run. That says nothing about its program, which
        may not even start: the directory will tell. A second call, also from another process and
        after a crash between launching and committing, starts nothing and returns the handle of
        the first, whether that run still goes on or has ended.

        Raises LaunchFailed where nothing was started.
        """

    @abstractmethod
    def probe(self, handle: dict[str, Any]) -> Probe:
        """Whether the one who watches over the run is there.

        RUNNING: it is. GONE: it cannot come back; what the directory says is final, and if that
        still is `running`, nobody will write the end of it. UNKNOWN: it cannot be told from here
        and now, ask again. Never raises for a handle of its own.
        """

    @abstractmethod
    def cancel(self, handle: dict[str, Any], grace_seconds: float, by: str) -> None:
        """Order the end of the run: SIGTERM to all of it, SIGKILL after `grace_seconds`.

        Returns when the order is given, long before it is carried out; the final record has the
        receipt. Again with another grace period changes the order under way. A run that has
        ended is left as it is. Where the one who watches over it is gone, nobody is signalled:
        `probe` says so, and `end_marked` ends what is left.

        Raises PassingFault where the order could not be given.
        """

    def wait_fd(self, handle: dict[str, Any]) -> int | None:
        """A descriptor that turns readable when probe would say GONE; the caller closes it.

        None where there is none: then probe from time to time.
        """
        return None
