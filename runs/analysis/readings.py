"""What single sources say of a run's metrics, and how that becomes one table of bounded size."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from runs.contract.progress import number
from runs.contract.tolerant_json import storable_text

MAX_NAMES = 100
MAX_LOADS = 1000
MAX_VALUES = 5000
LONGEST_NAME = 100
# Where in a file or an event the load stands, in Erlang.
LOAD_KEYS = ("erlang", "load")
# Numbers that say which run it was, how far it came or how long it took, and the interval of a
# mean within one run: a batch has intervals of its own. A program may declare any of them.
NO_METRICS = frozenset({
    "seed", "random_seed", "run_id", "job_id", "pid", "version", "schema_version", "exit_code",
    "iteration", "iterations", "num_iterations", "total_iterations", "max_iters", "min_iters",
    "step", "steps", "global_step", "epoch", "epochs", "erlang_index", "total_erlangs", "loads",
    "ci_lower", "ci_upper", "ts", "time", "timestamp", "started_at", "ended_at", "created_at",
    "updated_at", "start_time", "end_time", "elapsed", "elapsed_seconds", "elapsed_time",
    "duration", "duration_seconds", "runtime", "runtime_seconds",
})  # fmt: skip
# Objects that repeat what the run was told to do.
NO_FIGURES = frozenset({
    "config", "configuration", "effective_config", "settings", "parameters", "params", "args",
    "arguments", "options", "hyperparameters", "engine_props", "metadata",
})  # fmt: skip
# Objects that are nothing but a wrapper: what is in them is named without them.
WRAPPERS = frozenset({"metrics", "summary"})

Load = float | None
Figure = float | None


@dataclass
class Reading:
    """{metric: {load, None where there is none: value, None where it is no finite number}}.

    `sure` are the metrics that were given a number, be it NaN; of others only null is known.
    """

    values: dict[str, dict[Load, Figure]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)

    def take(self, load: Load, figures: dict[str, list[Figure]], sure: Iterable[str]) -> None:
        """Of several values the mean, which is no number where one of them is none."""
        self.sure.update(sure)
        for name, found in figures.items():
            finite = [value for value in found if value is not None]
            mean = fmean(finite) if finite and len(finite) == len(found) else None
            self.values.setdefault(name, {}).setdefault(load, number(mean))


def figures_of(given: dict[str, object], declared: Collection[str]) -> dict[str, object]:
    """The numbers and nulls of an object, those of an object within it as `outer.inner`."""
    found: dict[str, object] = {}
    for key, value in given.items():
        if not isinstance(value, dict):
            found.setdefault(key, value)
        elif key.lower() not in NO_FIGURES:
            prefix = "" if key in WRAPPERS else f"{key}."
            for inner, figure in value.items():
                found.setdefault(f"{prefix}{inner}", figure)
    return {
        storable_text(name): value
        for name, value in found.items()
        if is_figure(value) and is_metric(name, declared)
    }


def is_figure(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def is_metric(name: str, declared: Collection[str]) -> bool:
    if name in declared:
        return True
    plain = name.rpartition(".")[2].lower()
    return 0 < len(name) <= LONGEST_NAME and plain not in NO_METRICS and plain not in LOAD_KEYS


def stem(name: str) -> str:
    return name.removeprefix("mean_").split("_prob")[0]


def spelled(name: str, known: Iterable[str], beside: Collection[str] = ()) -> str:
    """`mean_blocking` and `blocking_probability` are the `blocking_prob` that is `known`, as they
    are to the charts (`Load` in contract/series.py), unless its source tells them apart."""
    if name == stem(name) or name in known:
        return name
    same = next((other for other in known if stem(other) == stem(name)), name)
    return name if same in beside else same


def merged(readings: Sequence[Reading], known: Sequence[str]) -> Reading:
    """One table of all, where an earlier reading goes before a later one."""
    table = Reading()
    for reading in readings:
        names = {name: spelled(name, known, reading.values) for name in reading.values}
        table.sure.update(names[name] for name in reading.sure if name in names)
        for name, values in reading.values.items():
            own = table.values.setdefault(names[name], {})
            for load, value in values.items():
                own.setdefault(load, value)
    return table


def apart(table: Reading) -> None:
    """What stands beside values by load is a figure of its own: `overall.<name>`."""
    for name, values in list(table.values.items()):
        if len(values) > 1 and None in values:
            table.values[f"overall.{name}"] = {None: values.pop(None)}
            table.sure |= {f"overall.{name}"} if name in table.sure else set()


def bounded(table: Reading, declared: Sequence[str]) -> tuple[dict[str, list[list[Figure]]], bool]:
    """The metrics, those declared first, loads rising; and whether some had to be left out."""
    names = dict.fromkeys([*declared, *table.values])
    wanted = [
        name for name in names if name in table.values and (name in table.sure or name in declared)
    ]
    metrics: dict[str, list[list[Figure]]] = {}
    left = MAX_VALUES
    for name in wanted[:MAX_NAMES]:
        loads = sorted(table.values[name].items(), key=lambda item: item[0] or 0.0)[:MAX_LOADS]
        if len(loads) > left:
            break
        left -= len(loads)
        metrics[name] = [[load, value] for load, value in loads]
    kept = sum(len(values) for values in metrics.values())
    return metrics, kept < sum(len(table.values[name]) for name in wanted)
