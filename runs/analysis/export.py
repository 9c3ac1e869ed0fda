"""All that a batch measured, however much: its raw values as CSV or JSON, its whole result as JSON.

Nothing is held but a hundred iterations, or one metric, at a time.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from runs.errors import InvalidInput
from runs.files.table import csv_lines
from runs.models import Batch, BatchMetric, Iteration

from .plan import GONE

ITERATIONS_AT_ONCE = 100
BEFORE = ("point", "label")
BETWEEN = ("number", "seed", "run_id", "status", "x")
AFTER = ("problem",)
OWN_NAMES = frozenset((*BEFORE, *BETWEEN, *AFTER))


@dataclass(frozen=True)
class ValueRow:
    """What one iteration measured at one load; `x` is None where there are no loads.

    `metrics` lacks what it does not have there, and has None for what was no finite number.
    """

    point: int
    number: int
    seed: int
    run_id: str | None
    status: str
    x: float | None
    metrics: dict[str, float | None]
    problem: str


def names_to_export(batch: Batch, asked: Sequence[str] = ()) -> list[str]:
    """The metrics asked for, in the order of the batch; without any, all that it has.

    Raises InvalidInput for one that it has not.
    """
    names = list(batch.measured.order_by("position").values_list("name", flat=True))
    for name in asked:
        if name not in names:
            known = ", ".join(names[:20]) or "none yet"
            raise InvalidInput(
                f"This batch has no metric {name[:200]}. There are: {known}.", "metric"
            )
    return [name for name in names if name in asked] if asked else names


async def values_csv(batch: Batch, metrics: Sequence[str]) -> AsyncIterator[bytes]:
    """One line an iteration and load, in the order of points and numbers, below their names."""
    yield csv_lines([csv_head(batch, metrics)])
    async for rows in rows_in_pieces(batch, metrics):
        yield csv_lines([csv_cells(batch, row, metrics) for row in rows])


def csv_head(batch: Batch, metrics: Sequence[str]) -> list[str]:
    named = [column_name(name) for name in metrics]
    return [*BEFORE, *map(column_name, batch.parameters), *BETWEEN, *named, *AFTER]


def column_name(name: str) -> str:
    """A metric that is called as a column of ours is told apart from it."""
    return f"metric {name}" if name in OWN_NAMES else name


def csv_cells(batch: Batch, row: ValueRow, metrics: Sequence[str]) -> list[Any]:
    point = batch.points[row.point]
    told = (row.number, row.seed, row.run_id, row.status, row.x)
    measured = [row.metrics.get(name) for name in metrics]
    return [row.point, point["label"], *values_at(batch, point), *told, *measured, row.problem]


def values_at(batch: Batch, point: dict[str, Any]) -> list[Any]:
    """One for each parameter: a point that was swept over none has none."""
    values = list(point.get("values") or [])
    return [*values, *[None] * len(batch.parameters)][: len(batch.parameters)]


async def values_json(batch: Batch, metrics: Sequence[str]) -> AsyncIterator[bytes]:
    """The same as {"batch", "parameters", "metrics", "rows"}; NaN is null, missing is left out."""
    head = {"batch": batch.pk, "parameters": batch.parameters, "metrics": list(metrics)}
    yield dumped(head)[:-1] + b',"rows":['
    between = b""
    async for rows in rows_in_pieces(batch, metrics):
        yield between + b",".join(dumped(json_row(batch, row)) for row in rows)
        between = b","
    yield b"]}"


def json_row(batch: Batch, row: ValueRow) -> dict[str, Any]:
    point = batch.points[row.point]
    values = dict(zip(batch.parameters, values_at(batch, point), strict=True))
    return {
        "point": row.point,
        "label": point["label"],
        "values": values,
        "number": row.number,
        "seed": row.seed,
        "run_id": row.run_id,
        "status": row.status,
        "x": row.x,
        "metrics": row.metrics,
        "problem": row.problem,
    }


async def rows_in_pieces(batch: Batch, metrics: Sequence[str]) -> AsyncIterator[list[ValueRow]]:
    after = None
    while iterations := await read_iterations(batch, after):
        after = (iterations[-1]["point"], iterations[-1]["number"])
        yield [row for iteration in iterations for row in rows_of(iteration, metrics)]


@sync_to_async
def read_iterations(batch: Batch, after: tuple[int, int] | None) -> list[dict[str, Any]]:
    """The next hundred after that point and number."""
    found = Iteration.objects.filter(batch=batch).order_by("point", "number")
    if after:
        point, number = after
        # `or` would make SQLite look at all that came before
        found = found.filter(point__gte=point).exclude(Q(point=point, number__lte=number))
    columns = ("point", "number", "seed", "run_id", "run__status", "metrics", "problem")
    return list(found.values(*columns)[:ITERATIONS_AT_ONCE])


def rows_of(iteration: dict[str, Any], metrics: Sequence[str]) -> list[ValueRow]:
    """One for each load, in the order it wrote them; one without any where nothing is known."""
    measured: dict[float | None, dict[str, float | None]] = {}
    for name in metrics:
        for x, value in (iteration["metrics"] or {}).get(name, ()):
            measured.setdefault(x, {})[name] = value
    return [row_of(iteration, x, found) for x, found in (measured or {None: {}}).items()]


def row_of(iteration: dict[str, Any], x: float | None, found: dict[str, float | None]) -> ValueRow:
    """Its problem names what was not finite, so that an empty cell is not taken for a missing."""
    told = [iteration["problem"]] if iteration["problem"] else []
    told += [f"{name} is no finite number" for name, value in found.items() if value is None]
    return ValueRow(
        point=iteration["point"],
        number=iteration["number"],
        seed=iteration["seed"],
        run_id=iteration["run_id"],
        status=iteration["run__status"] or GONE,
        x=x,
        metrics=found,
        problem="; ".join(told),
    )


async def result_json(batch: Batch) -> AsyncIterator[bytes]:
    """{"batch", "result", "measured": [{"summary", "values"}, …]}: see `runs.analysis.result`."""
    facts = await sync_to_async(facts_of)(batch)
    head = {"batch": facts, "result": batch.result}
    yield dumped(head)[:-1] + b',"measured":['
    names = await sync_to_async(names_to_export)(batch)
    between = b""
    for name in names:
        if text := await metric_text(batch, name):
            yield between + text.encode()
            between = b","
    yield b"]}"


def facts_of(batch: Batch) -> dict[str, Any]:
    """What was asked for, so that the file can be understood without the server."""
    return {
        "id": batch.pk,
        "kind": batch.kind,
        "name": batch.name,
        "project": batch.project.slug,
        "group": batch.group,
        "program": batch.program.slug,
        "template": batch.template,
        "status": batch.status,
        "reason": batch.reason,
        "points": batch.points,
        "parameters": batch.parameters,
        "overrides": batch.overrides,
        "num_iterations": batch.num_iterations,
        "base_seed": batch.base_seed,
        "created_at": batch.created_at.isoformat(),
        "ended_at": batch.ended_at and batch.ended_at.isoformat(),
    }


@sync_to_async
def metric_text(batch: Batch, name: str) -> str:
    """As it is kept, without reading its numbers; empty where it has just gone."""
    raw = (Cast("summary", TextField()), Cast("values", TextField()))
    kept = BatchMetric.objects.filter(batch=batch, name=name).values_list(*raw).first()
    return f'{{"summary":{kept[0]},"values":{kept[1]}}}' if kept else ""


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
