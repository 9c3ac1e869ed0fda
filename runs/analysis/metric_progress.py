"""Metrics in a run's progress: by load, or what it said last."""

from collections.abc import Collection
from dataclasses import dataclass, field

from runs.contract.layout import PROGRESS
from runs.contract.progress import MAX_BLOCKS_A_POLL, NOT_METRICS, ProgressState, number
from runs.contract.progress_lines import Event, LineReader
from runs.files.regular import Confined

from .readings import (
    LONGEST_NAME,
    MAX_NAMES,
    Figure,
    Reading,
    figures_of,
    is_figure,
    is_metric,
    spelled,
)

MEASURING = ("iteration", "erlang_complete")
# What the bundled simulator counts in its summary: how much it did, not what came of it.
COUNTS = frozenset({"requests", "loads", "iterations"})


@dataclass
class ProgressReading:
    """`names` are those that the progress itself uses, to spell others by."""

    reading: Reading = field(default_factory=Reading)
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_progress(file: Confined, declared: Collection[str]) -> ProgressReading:
    """Of at most 64 MiB; of a file that is not there, nothing."""
    lines = LineReader(file)
    told = Told(declared)
    malformed = 0
    for _ in range(MAX_BLOCKS_A_POLL):
        parsed = lines.poll()
        if parsed.next == parsed.offset and not parsed.reset:
            break
        if parsed.reset:
            told, malformed = Told(declared), 0
        for event in parsed.events:
            told.take(event)
        malformed += len(parsed.malformed)
    else:
        told.problems.append(f"{PROGRESS} was read no further than 64 MiB")
    if malformed:
        told.problems.append(f"{malformed:,} lines of {PROGRESS} could not be read")
    return told.read()


class Told:
    """Takes events one after another, of no more names than fit."""

    def __init__(self, declared: Collection[str]) -> None:
        self.declared = declared
        self.names = dict.fromkeys(declared)
        self.problems: list[str] = []
        self.begin()

    def begin(self) -> None:
        self.state = ProgressState()
        self.last: dict[str, Figure] = {}
        self.summary: dict[str, Figure] = {}
        self.sure: set[str] = set()
        # No finite number, by load: what ProgressState passes over.
        self.nulls: dict[float, set[str]] = {}

    def take(self, event: Event) -> None:
        kind = event.get("type", "iteration")
        if kind == "start" and not event.get("resumed_from"):
            self.begin()
        if kind not in MEASURING:
            self.state.add(event)
        if kind == "complete" and isinstance(event.get("summary"), dict):
            given = figures_of(event["summary"], self.declared)
            self.summary = {name: number(value) for name, value in given.items()}
        if kind in MEASURING:
            self.measure(event)

    def measure(self, event: Event) -> None:
        inner = event.get("metrics")
        given = inner if isinstance(inner, dict) else event
        figures = {name: value for name, value in given.items() if self.admits(name, value)}
        fixed = {name: value for name, value in event.items() if name in NOT_METRICS}
        self.state.add({**fixed, "metrics": figures})
        # null among `metrics` stands for NaN; in a flat line it may be anything
        self.sure.update(
            name for name, value in figures.items() if value is not None or given is inner
        )
        load = number(event.get("erlang"))
        if load is None:
            self.last.update({name: number(value) for name, value in figures.items()})
        elif load in self.state.loads:
            absent = {name for name, value in figures.items() if number(value) is None}
            self.nulls.setdefault(load, set()).update(absent)

    def admits(self, name: str, value: object) -> bool:
        """`mean_…` and the interval of a load's summary are for the charts' code to tell apart."""
        if name in NOT_METRICS or not is_figure(value) or len(name) > LONGEST_NAME:
            return False
        if name not in self.names and len(self.names) < MAX_NAMES + len(self.declared):
            self.names[name] = None
        return name in self.names

    def read(self) -> ProgressReading:
        series = self.state.series() if self.state.loads else {}
        names = list(series) or list(self.last)
        reading = Reading(sure=set(self.sure) | set(series))
        for name, points in series.items():
            reading.values[name] = {point["x"]: point["mean"] for point in points}
        for load, absent in self.nulls.items():
            self.mark(reading, load, absent, names)
        if not series:
            reading.values |= {name: {None: value} for name, value in self.last.items()}
        for name, value in self.summary.items():
            if name not in COUNTS or name in self.declared:
                reading.values.setdefault(name, {})[None] = value
                reading.sure |= {name}
        reading.values = {
            name: values
            for name, values in reading.values.items()
            if is_metric(name, self.declared)
        }
        return ProgressReading(reading, names, self.problems)

    def mark(self, reading: Reading, load: float, absent: set[str], names: list[str]) -> None:
        """A mean over what is no number is none, unless the program itself gave one."""
        given = {spelled(name, names) for name in self.state.loads[load].final}
        for name in {spelled(name, names) for name in absent} - given:
            reading.values.setdefault(name, {})[load] = None
            reading.sure |= {name} & {spelled(each, names) for each in self.sure}
