"""What a run may write and how long it may take, by what runs like it did.

Like it are completed runs of the same program and template, of a batch only one. Each is scaled by
how the keys grow that the schema marks `"x-scale": true`; the median counts. Where there are runs
of about the same size, smaller ones tell nothing: their start alone took most of their time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.document import parse
from runs.configuration.places import Path
from runs.configuration.schema import typed_values
from runs.contract.status import Status
from runs.errors import FusionwebError
from runs.lifecycle.services import frozen_configuration
from runs.models import Program, Run

from .draft import RunDraft

MOST_COMPARED = 10
MOST_LOOKED_AT = 500
ABOUT_AS_MUCH = 4


@dataclass(frozen=True)
class Comparable:
    """A completed run; `factor` is how many times as much the new one has to do."""

    run: Run
    factor: float
    size_bytes: int | None
    seconds: float | None


@dataclass(frozen=True)
class Estimate:
    """None where no comparable run tells. `made_from` says in a sentence how it was made."""

    size_bytes: int | None
    seconds: float | None
    runs: int
    scaled_by: tuple[str, ...]

    @property
    def made_from(self) -> str:
        runs = "1 completed run" if self.runs == 1 else f"{self.runs} completed runs"
        keys = " × ".join(self.scaled_by)
        scaled = f", scaled by {keys}" if keys else ""
        return f"by {runs} of the same program and template{scaled}"


def estimate_of(draft: RunDraft) -> Estimate | None:
    """None where nothing comparable has completed."""
    found = comparables(draft.program, draft.wish.template, draft.values)
    if not found:
        return None
    sizes = [each.size_bytes * each.factor for each in found if each.size_bytes is not None]
    times = [each.seconds * each.factor for each in found if each.seconds is not None]
    return Estimate(
        size_bytes=round(median(sizes)) if sizes else None,
        seconds=median(times) if times else None,
        runs=len(found),
        scaled_by=tuple(path[-1] for path in scale_keys(draft.program.schema)),
    )


def seconds_like(program: Program, template: str, values: dict[str, Any]) -> float | None:
    """How long a run of these values may take; None where no comparable run tells."""
    found = comparables(program, template, values)
    times = [each.seconds * each.factor for each in found if each.seconds is not None]
    return median(times) if times else None


def comparables(program: Program, template: str, values: dict[str, Any]) -> list[Comparable]:
    """The latest; only those of about the same size where there are any."""
    keys = scale_keys(program.schema)
    wanted = amount(values, keys)
    found = [
        Comparable(run, wanted / before, size_of(run), seconds_of(run))
        for run in latest_completed(program, template)
        if (before := amount_of(run, keys))
    ]
    near = [each for each in found if 1 / ABOUT_AS_MUCH <= each.factor <= ABOUT_AS_MUCH]
    return near or found


def latest_completed(program: Program, template: str) -> list[Run]:
    """Newest first, and of each batch the newest alone: they are all of a kind."""
    runs = Run.objects.filter(program=program, template=template, status=Status.COMPLETED)
    newest = runs.order_by("-created_at", "-pk").values_list("pk", "batch")[:MOST_LOOKED_AT]
    of_each: dict[str, str] = {}
    for pk, batch in newest:
        of_each.setdefault(batch or pk, pk)
    chosen = list(of_each.values())[:MOST_COMPARED]
    found = runs.select_related("project", "program", "job").in_bulk(chosen)
    return [found[pk] for pk in chosen if pk in found]


def size_of(run: Run) -> int | None:
    job = getattr(run, "job", None)
    return job and job.size_bytes


def amount_of(run: Run, keys: list[Path]) -> float | None:
    """None where its configuration is no longer there to compare."""
    try:
        document = parse(frozen_configuration(run), run.program.config_format)
    except (FusionwebError, OSError, UnicodeDecodeError):
        return None
    return amount(typed_values(document, run.program.schema), keys)


def seconds_of(run: Run) -> float | None:
    if run.started_at is None or run.ended_at is None:
        return None
    return (run.ended_at - run.started_at).total_seconds()


def scale_keys(schema: dict[str, Any]) -> list[Path]:
    """In the schema's order."""
    return list(_scale_keys(schema, schema, ()))


def _scale_keys(part: dict[str, Any], schema: dict[str, Any], path: Path) -> Iterator[Path]:
    for name, inner in properties_of(part).items():
        inner = resolved(inner, schema)
        if properties_of(inner):
            yield from _scale_keys(inner, schema, (*path, name))
        elif inner.get("x-scale") is True:
            yield (*path, name)


def amount(values: dict[str, Any], keys: list[Path]) -> float:
    """The product of these keys; one that is not set counts as 1."""
    product = 1.0
    for key in keys:
        number = number_at(values, key)
        if number is not None and number > 0:
            product *= number
    return product


def number_at(values: Any, path: Path) -> float | None:
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    is_number = isinstance(values, int | float) and not isinstance(values, bool)
    return float(values) if is_number else None
