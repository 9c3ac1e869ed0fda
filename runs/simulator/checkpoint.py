"""Save how far a simulation has come, and go on from there.

A checkpoint is a directory `[run_id/]load_<n>`, or `load_<n>_iter_<i>` when a signal came in the
middle of a load. `state.json`, written last but one, commits it; then `latest` in the directory
of all checkpoints names it.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from runs.simulator.errors import ConfigurationError
from runs.simulator.reader import Values
from runs.simulator.results import IterationResult, LoadResult
from runs.simulator.storage import write_json, write_text

STATE = "state.json"
LATEST = "latest"
OPTION = "--resume_from"


@dataclass
class State:
    """Finished loads, and the finished iterations of the load under way."""

    completed: list[LoadResult] = field(default_factory=list)
    current: list[IterationResult] = field(default_factory=list)

    @property
    def name(self) -> str:
        loads = f"load_{len(self.completed)}"
        return f"{loads}_iter_{len(self.current)}" if self.current else loads

    @property
    def requests(self) -> int:
        done = sum(int(row["requests"]) for load in self.completed for row in load.iterations)
        return done + sum(iteration.requests for iteration in self.current)

    @property
    def score(self) -> float | None:
        """Blocking probability of the last finished load."""
        return self.completed[-1].blocking_probability if self.completed else None


class CheckpointDirectory:
    """Where one job keeps its checkpoints. Runs of the same job share it: hence the run id."""

    def __init__(self, path: Path, run_id: str) -> None:
        self.path = path
        self.run_id = run_id

    def save(self, state: State, config: Values) -> str:
        """Returns the suffix, the checkpoint's path below the directory."""
        suffix = f"{self.run_id}/{state.name}" if self.run_id else state.name
        directory = self.path / suffix
        # While an older checkpoint of this name is replaced, it must not pass for complete.
        (directory / STATE).unlink(missing_ok=True)
        write_json(directory / "config.json", {"steps": state.requests, "score": state.score})
        write_json(directory / "job.json", self._job())
        write_json(directory / STATE, {"config": config, **asdict(state)})
        write_text(self.path / LATEST, suffix)
        return suffix

    def _job(self) -> dict[str, str | None]:
        # Project and group are told by the directory above; the simulator does not know them.
        name = self.path.resolve().name
        return {"name": name, "id": self.run_id, "project": None, "group": None}


def load_checkpoint(path: Path, config: Values) -> State:
    """`path` is a checkpoint, or the directory whose `latest` names one.

    Raises ConfigurationError where there is none, where it is broken, and where it was made with
    another configuration.
    """
    source = _find_state(path)
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        made_with = document["config"]
        state = State(
            completed=[LoadResult(**item) for item in document["completed"]],
            current=[IterationResult(**item) for item in document["current"]],
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigurationError(OPTION, f"{source} is not a checkpoint: {error!r}") from error
    if made_with != config:
        raise ConfigurationError(
            OPTION, f"made with another configuration: {_difference(made_with, config)}"
        )
    return state


def _find_state(path: Path) -> Path:
    directory = path
    try:
        if not (path / STATE).exists() and (path / LATEST).exists():
            directory = path / (path / LATEST).read_text(encoding="utf-8").strip()
        inside = directory.resolve().is_relative_to(path.resolve())
        found = inside and (directory / STATE).is_file()
    except (OSError, ValueError) as error:
        raise ConfigurationError(OPTION, f"{path} cannot be read: {error}") from error
    if not found:
        raise ConfigurationError(OPTION, f"there is no complete checkpoint in {directory}")
    return directory / STATE


def _difference(theirs: Values, ours: Values) -> str:
    for section, keys in ours.items():
        for key, value in keys.items():
            other = theirs.get(section, {}).get(key)
            if other != value:
                return f"{section}.{key} is {other!r} there and {value!r} here"
    return "it has keys unknown here"
