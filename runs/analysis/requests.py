"""What somebody asks for when they ask for many runs at once, and the points it stands for."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from runs.configuration.overrides import LEVELS_MAX, check_overrides
from runs.configuration.places import DIGITS_MAX, unkeepable
from runs.errors import InvalidInput
from runs.lifecycle.services import SEED_LIMIT, RunRequest
from runs.models import Batch

MOST_ITERATIONS = {Batch.Kind.REPEAT: 1000, Batch.Kind.COMPARE: 500, Batch.Kind.SWEEP: 500}
MOST_VALUES = 50
PAIRS_LIMIT = 1000  # of a grid there are fewer
MOST_RUNS = 25_000
MOST_METRICS = 50
LABEL_MAX = 50
NAME_MAX = 200
MOST_RUNNING = 10_000
DEFAULT_LABELS = ("A", "B")


@dataclass(frozen=True)
class Arm:
    """One side of a comparison. Without a label it is called A or B."""

    label: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchRequest:
    """`run` is what all runs have in common; its seed is ignored, iteration i has `base_seed + i`.

    `points` are the two sides of a comparison; `parameter` (`section.key`) and `values` are those
    of a sweep, `parameter_2` and `values_2` the other axis of a grid. `metrics`: those to be
    looked at, all that are found where empty. `max_running`: its own limit of slots.
    """

    kind: str
    run: RunRequest
    num_iterations: int
    base_seed: int = 0
    points: Sequence[Arm] = ()
    parameter: str = ""
    values: Sequence[float | int] = ()
    parameter_2: str = ""
    values_2: Sequence[float | int] = ()
    metrics: Sequence[str] = ()
    max_running: int | None = None


@dataclass(frozen=True)
class Point:
    """As it stands in `Batch.points`."""

    label: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    values: Sequence[float | int] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "overrides": self.overrides,
            "values": list(self.values),
        }


def points_of(request: BatchRequest) -> list[Point]:
    """All of its points, checked but for their configurations.

    Raises InvalidInput with the field at fault: `num_iterations`, `values.3`, `b.overrides`, …
    """
    if request.kind not in Batch.Kind.values:
        raise InvalidInput("A batch is a repeat, a compare or a sweep.", "kind")
    check_numbers(request)
    check_metrics(request.metrics)
    refuse_what_does_not_belong(request)
    points = POINTS[Batch.Kind(request.kind)](request)
    total = len(points) * request.num_iterations
    if total > MOST_RUNS:
        raise InvalidInput(
            f"{len(points):,} points of {request.num_iterations:,} iterations are {total:,} runs; "
            f"at most {MOST_RUNS:,} may be asked for.",
            "num_iterations",
        )
    return points


def parameters_of(request: BatchRequest) -> list[str]:
    """As they are kept, without the blanks somebody may have typed around a key."""
    given = [name for name in (request.parameter, request.parameter_2) if name]
    return [".".join(part.strip() for part in name.split(".")) for name in given]


def check_numbers(request: BatchRequest) -> None:
    most = MOST_ITERATIONS[Batch.Kind(request.kind)]
    check_whole(request.num_iterations, 1, most, "num_iterations", "The number of iterations")
    check_whole(request.base_seed, 0, SEED_LIMIT, "base_seed", "The first seed")
    if request.base_seed + request.num_iterations - 1 > SEED_LIMIT:
        raise InvalidInput(
            f"The last seed would be above {SEED_LIMIT}. Begin with a smaller one.", "base_seed"
        )
    if request.max_running is not None:
        check_whole(
            request.max_running, 1, MOST_RUNNING, "max_running", "The number of runs at a time"
        )


def check_whole(value: Any, least: int, most: int, place: str, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(f"{what} is a whole number from {least} to {most:,}.", place)


def check_metrics(names: Sequence[str]) -> None:
    if len(names) > MOST_METRICS:
        raise InvalidInput(f"At most {MOST_METRICS} metrics may be named.", "metrics")
    for number, name in enumerate(names):
        place = f"metrics.{number}"
        if not isinstance(name, str) or not name.strip() or len(name) > NAME_MAX:
            raise InvalidInput(f"A metric's name has 1 to {NAME_MAX} characters.", place)
        if unkeepable(name):
            raise InvalidInput("This name has a character that cannot be kept.", place)
        if name in names[:number]:
            raise InvalidInput(f"{name} is named twice.", place)


def refuse_what_does_not_belong(request: BatchRequest) -> None:
    """A field of another kind would be passed over in silence."""
    kind = Batch.Kind(request.kind)
    sweeps: dict[str, Any] = {
        "parameter": request.parameter,
        "values": request.values,
        "parameter_2": request.parameter_2,
        "values_2": request.values_2,
    }
    if kind != Batch.Kind.COMPARE and request.points:
        raise InvalidInput("Only a comparison has two sides, A and B.", "points")
    for name, given in sweeps.items():
        if kind != Batch.Kind.SWEEP and len(given):
            raise InvalidInput("Only a sweep has parameters and values.", name)
    if request.run.resume_from:
        raise InvalidInput("A batch begins anew: it resumes from no checkpoint.", "resume_from")
    if request.run.purpose:
        raise InvalidInput("The runs of a batch are no test runs.", "purpose")


def point_of_repeat(request: BatchRequest) -> list[Point]:
    return [Point()]


def points_of_comparison(request: BatchRequest) -> list[Point]:
    if len(request.points) != 2:
        raise InvalidInput("A comparison has two sides, A and B.", "points")
    sides = [
        Point(checked_label(arm.label.strip() or name, f"{name.lower()}.label"), arm.overrides)
        for name, arm in zip(DEFAULT_LABELS, request.points, strict=True)
    ]
    if sides[0].label == sides[1].label:
        raise InvalidInput("A and B need different labels.", "b.label")
    for name, side in zip(DEFAULT_LABELS, sides, strict=True):
        check_overrides_at(side.overrides, f"{name.lower()}.overrides")
    return sides


def checked_label(label: str, place: str) -> str:
    if len(label) > LABEL_MAX:
        raise InvalidInput(f"A label has at most {LABEL_MAX} characters.", place)
    if unkeepable(label) or not label.isprintable():
        raise InvalidInput("A label is printable text on one line.", place)
    return label


def check_overrides_at(overrides: dict[str, Any], place: str) -> None:
    try:
        check_overrides(overrides)
    except InvalidInput as error:
        raise InvalidInput(error.message, place) from error


def points_of_sweep(request: BatchRequest) -> list[Point]:
    path = path_of(request.parameter, "parameter", request.run.program.config_format)
    check_values(request.values, "values")
    if not request.parameter_2:
        if len(request.values_2):
            raise InvalidInput("Values of which parameter?", "parameter_2")
        return [swept([path], [value]) for value in request.values]
    other = path_of(request.parameter_2, "parameter_2", request.run.program.config_format)
    if other[: len(path)] == path or path[: len(other)] == other:
        raise InvalidInput("The two parameters of a grid are different ones.", "parameter_2")
    check_values(request.values_2, "values_2")
    if len(request.values) * len(request.values_2) >= PAIRS_LIMIT:
        raise InvalidInput(
            f"{len(request.values)} × {len(request.values_2)} are "
            f"{len(request.values) * len(request.values_2):,} pairs; fewer than {PAIRS_LIMIT:,} "
            "are possible.",
            "values_2",
        )
    return [swept([path, other], pair) for pair in product(request.values, request.values_2)]


def path_of(parameter: str, place: str, config_format: str = "") -> list[str]:
    """The keys of `section.key`, from the top down. Raises InvalidInput.

    Only where the format has no sections, a key may stand at the top.
    """
    path = [part.strip() for part in parameter.split(".")]
    least = 2 if config_format in ("", "ini") else 1
    if len(parameter) > NAME_MAX or unkeepable(parameter):
        raise InvalidInput(f"A parameter has at most {NAME_MAX} plain characters.", place)
    if not all(path) or not least <= len(path) <= LEVELS_MAX:
        raise InvalidInput(f"Write a parameter as section.key, not '{parameter}'.", place)
    return path


def check_values(values: Sequence[float | int], place: str) -> None:
    if not 1 <= len(values) <= MOST_VALUES:
        raise InvalidInput(f"A parameter has 1 to {MOST_VALUES} values.", place)
    seen: set[float | int] = set()
    for number, value in enumerate(values):
        check_value(value, f"{place}.{number}")
        if value in seen:
            raise InvalidInput(f"{value} is there twice.", f"{place}.{number}")
        seen.add(value)


def check_value(value: Any, place: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput("Expected a number.", place)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput("Expected a finite number.", place)
    if abs(value) >= 10**DIGITS_MAX:
        raise InvalidInput(f"This number has more than {DIGITS_MAX} digits.", place)


def swept(paths: Sequence[Sequence[str]], values: Sequence[float | int]) -> Point:
    """The point where the parameters at `paths` have those values."""
    overrides: dict[str, Any] = {}
    for path, value in zip(paths, values, strict=True):
        section = overrides
        for key in path[:-1]:
            section = section.setdefault(key, {})
        section[path[-1]] = value
    names = [path[-1] for path in paths]
    if len(set(names)) < len(names):
        names = [".".join(path) for path in paths]
    label = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    return Point(label, overrides, tuple(values))


POINTS = {
    Batch.Kind.REPEAT: point_of_repeat,
    Batch.Kind.COMPARE: points_of_comparison,
    Batch.Kind.SWEEP: points_of_sweep,
}

NUMBER = re.compile(r"[+-]?(\d+|\d*\.\d+|\d+\.\d*)([eE][+-]?\d+)?", re.ASCII)


def read_values(text: str, place: str = "values") -> list[float | int]:
    """`1, 2.5, 1e-3` as a page or a terminal has it; whole numbers stay whole.

    Raises InvalidInput naming the one at fault.
    """
    words = [word for word in re.split(r"[,;\s]+", text.strip()) if word]
    if len(words) > MOST_VALUES:
        raise InvalidInput(f"A parameter has 1 to {MOST_VALUES} values.", place)
    return [read_value(word, f"{place}.{number}") for number, word in enumerate(words)]


def read_value(word: str, place: str) -> float | int:
    if not NUMBER.fullmatch(word) or len(word) > DIGITS_MAX:
        raise InvalidInput(f"Expected a number, got '{word[:50]}'.", place)
    return int(word) if word.lstrip("+-").isdecimal() else float(word)
