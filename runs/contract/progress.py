"""How far a run is, and its metrics against load, accumulated from progress events.

Events come in two shapes, told apart by `type`: typed ones as the bundled simulator writes them,
and flat ones that carry load, iteration and metrics in one object. A program without loads counts
iterations alone. Everything held is bounded, whatever a program writes.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from runs.contract.progress_lines import Event, LineReader, ParsedLines
from runs.contract.series import IterationSeries, Load, Point, load_series
from runs.contract.times import read_time
from runs.files.regular import Readable

MAX_LOADS = 1000
MAX_METRICS = 40
MAX_BLOCKS_A_POLL = 256
LONGEST_METRIC_NAME = 100
LONGEST_MESSAGE = 2_000
LONGEST_TRACEBACK = 20_000
LONGEST_ETA_SECONDS = 10 * 365 * 86_400
# What a flat event holds beside its metrics.
TOTALS = {"total_erlangs", "total_iterations"}
NOT_METRICS = {"type", "ts", "timestamp", "erlang", "erlang_index", "iteration", "seed"} | TOTALS


def number(value: object) -> float | None:
    """A finite number, else None; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def count(value: object) -> int | None:
    """A count that may be zero, else None."""
    found = number(value)
    return int(found) if found is not None and found >= 0 else None


def metrics_of(event: Event) -> dict[str, float]:
    """The finite numbers among `metrics`, or of a flat event itself, at most 40."""
    given = event.get("metrics")
    if not isinstance(given, dict):
        given = {key: value for key, value in event.items() if key not in NOT_METRICS}
    named = (
        (key, number(value)) for key, value in given.items() if len(key) <= LONGEST_METRIC_NAME
    )
    return dict([(key, value) for key, value in named if value is not None][:MAX_METRICS])


@dataclass
class ProgressState:
    """Feed it with `take` or `add`; read `fraction()`, `eta_seconds()`, `series()`, `to_json()`.

    `expected_loads` is the number of load points where the caller knows it from the
    configuration; flat events do not say it.
    """

    expected_loads: int | None = None
    zone: tzinfo | None = None
    started: bool = False
    complete: bool = False
    exit_code: int | None = None
    error: dict[str, str] | None = None
    events: int = 0
    malformed: int = 0
    load_total: int | None = None
    iteration: int | None = None
    iteration_total: int | None = None
    latest_metrics: dict[str, float] = field(default_factory=dict)
    started_at: datetime | None = None
    updated_at: datetime | None = None
    loads: dict[float, Load] = field(default_factory=dict)
    _current: Load | None = None
    _by_iteration: IterationSeries = field(default_factory=IterationSeries)
    # Set where an earlier load moves on after a later one began: loads run side by side.
    _interleaved: bool = False
    # Time and fraction the rate is measured from.
    _base: tuple[datetime, float] | None = None

    def take(self, parsed: ParsedLines) -> None:
        if parsed.reset:
            self._begin_anew()
            self.malformed = 0
        for event in parsed.events:
            self.add(event)
        self.malformed += len(parsed.malformed)

    def add(self, event: Event) -> None:
        self.events += 1
        loads_before = len(self.loads)
        kind = event.get("type", "iteration")
        handler = _HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler:
            handler(self, event)
        self._note_time(event, first_load=len(self.loads) == 1 and loads_before == 0)

    def fraction(self) -> float | None:
        """0 to 1, load points first; None while nothing says how much there is."""
        if self.complete and self.exit_code in (None, 0):
            return 1.0
        if not self.loads:
            return self._fraction_without_loads()
        total = self.load_total or self.expected_loads
        if not total:
            return None
        shares = sum(self._share(load) for load in self.loads.values())
        return min((self._loads_before() + shares) / total, 1.0)

    def loads_done(self) -> int:
        whole = sum(self._share(load) == 1 for load in self.loads.values())
        return self._loads_before() + whole

    def eta_seconds(self) -> float | None:
        """Seconds from `updated_at` on, at the average rate so far; None until there is one."""
        if self.complete:
            return 0.0
        done = self.fraction()
        if self.error or done is None or self._base is None or self.updated_at is None:
            return None
        since, before = self._base
        seconds = (self.updated_at - since).total_seconds()
        if seconds <= 0 or done <= before:
            return None
        eta = (1 - done) * seconds / (done - before)
        return round(eta, 1) if eta <= LONGEST_ETA_SECONDS else None

    def series(self) -> dict[str, list[Point]]:
        """Per metric its points by rising x: load in Erlang, or iteration where there is none."""
        return load_series(self.loads.values()) if self.loads else self._by_iteration.series()

    def to_json(self) -> dict[str, Any]:
        current = self._current
        return {
            "fraction": self.fraction(),
            "eta_seconds": self.eta_seconds(),
            "started": self.started,
            "started_at": self.started_at and self.started_at.isoformat(),
            "updated_at": self.updated_at and self.updated_at.isoformat(),
            "complete": self.complete,
            "error": self.error,
            "load": current and current.erlang,
            "load_index": current and current.index,
            "load_total": self.load_total or self.expected_loads,
            "loads_done": self.loads_done(),
            "iteration": self.iteration,
            "iteration_total": self.iteration_total,
            "latest_metrics": self.latest_metrics,
            "x_name": "erlang" if self.loads else "iteration",
            "series": self.series(),
            "events": self.events,
            "malformed": self.malformed,
        }

    def _begin_anew(self) -> None:
        fresh = ProgressState(self.expected_loads, self.zone, malformed=self.malformed)
        self.__dict__.update(fresh.__dict__)

    def _start(self, event: Event) -> None:
        # A resumed program goes on with what the file holds, any other repeats it all.
        if self.started and not event.get("resumed_from"):
            events = self.events
            self._begin_anew()
            self.events = events
        self.started, self.complete, self.error = True, False, None
        config = event.get("config")
        self._read_totals(config if isinstance(config, dict) else {})
        self._read_totals(event)

    def _load_start(self, event: Event) -> None:
        self._read_totals(event)
        self._enter_load(event)
        self.iteration = 0

    def _iterate(self, event: Event) -> None:
        self.started = True
        self._read_totals(event)
        load = self._enter_load(event)
        iteration = count(event.get("iteration"))
        self.iteration = self.iteration if iteration is None else iteration
        metrics = metrics_of(event)
        self.latest_metrics = metrics or self.latest_metrics
        if load:
            load.add(iteration, self.iteration_total, metrics)
        elif "erlang" not in event and iteration is not None:
            self._by_iteration.add(iteration, metrics)

    def _load_complete(self, event: Event) -> None:
        load = self._enter_load(event)
        if load:
            load.finish(metrics_of(event))

    def _complete(self, event: Event) -> None:
        self.complete = True
        self.exit_code = count(event.get("exit_code"))

    def _fail(self, event: Event) -> None:
        self.error = {
            "message": str(event.get("message", ""))[:LONGEST_MESSAGE],
            "traceback": str(event.get("traceback", ""))[-LONGEST_TRACEBACK:],
        }

    def _read_totals(self, given: dict[str, Any]) -> None:
        self.load_total = count(given.get("total_erlangs")) or self.load_total
        self.iteration_total = count(given.get("total_iterations")) or self.iteration_total

    def _enter_load(self, event: Event) -> Load | None:
        erlang = number(event.get("erlang"))
        if erlang is None or (erlang not in self.loads and len(self.loads) >= MAX_LOADS):
            return None
        index = count(event.get("erlang_index"))
        load = self.loads.setdefault(erlang, Load(erlang, len(self.loads)))
        if index is not None:
            load.index, load.index_given = index, True
        if self._current and self._current is not load:
            self._current.passed = True
            self._interleaved |= load.passed and not load.complete
        load.passed = False
        self._current = load
        return load

    def _share(self, load: Load) -> float:
        """What of one load is done. One that ended early is whole: the next has begun."""
        if load.complete or (load.passed and not self._interleaved):
            return 1.0
        return load.iterated()

    def _loads_before(self) -> int:
        """Loads that a resumed program had done before this file begins."""
        given = [load.index for load in self.loads.values() if load.index_given]
        return min(given, default=0) if len(given) == len(self.loads) else 0

    def _fraction_without_loads(self) -> float | None:
        if self.iteration_total and self.iteration is not None and self._by_iteration.points:
            return min(self.iteration / self.iteration_total, 1.0)
        total = self.load_total or self.expected_loads or self.iteration_total
        return 0.0 if self.started and total else None

    def _note_time(self, event: Event, *, first_load: bool) -> None:
        try:
            moment = read_time(event.get("ts") or event.get("timestamp") or "", self.zone)
        except (ValueError, TypeError):
            return
        self.started_at = self.started_at or moment
        self.updated_at = moment
        # A clock set back, and loads a resumed program need not do again, measure no rate.
        if self._base is None or moment < self._base[0] or first_load:
            self._base = (moment, self.fraction() or 0.0)


_HANDLERS = {
    "start": ProgressState._start,
    "erlang_start": ProgressState._load_start,
    "iteration": ProgressState._iterate,
    "erlang_complete": ProgressState._load_complete,
    "complete": ProgressState._complete,
    "error": ProgressState._fail,
}


class ProgressReader:
    """Follows a progress file and keeps its `state` in step."""

    def __init__(
        self, path: Readable, expected_loads: int | None = None, zone: tzinfo | None = None
    ) -> None:
        self.lines = LineReader(path)
        self.state = ProgressState(expected_loads, zone)

    def poll(self) -> bool:
        """Take in the whole lines that are new, up to 64 MiB; whether anything was."""
        changed = False
        for _ in range(MAX_BLOCKS_A_POLL):
            parsed = self.lines.poll()
            if parsed.next == parsed.offset and not parsed.reset:
                break
            self.state.take(parsed)
            changed = True
        return changed
