"""The iterations of a batch and their runs, paged by key: 25,000 of them cost what 50 do."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from runs.analysis.selectors import iterations_of
from runs.contract.status import Status
from runs.errors import InvalidInput
from runs.lifecycle.selectors import QueueState, queue_state, sentence
from runs.lifecycle.waiting import Place, places_of
from runs.models import Batch, Iteration, Run
from runs.web.batch_words import point_label

from .batch_results import labels_of

PAGE_SIZE = 50
STATUSES = tuple(status.value for status in Status if status != Status.UNKNOWN)
SHOWN = (
    "point",
    "number",
    "seed",
    "metrics",
    "problem",
    "batch_id",
    *(
        f"run__{name}"
        for name in ("status", "reason", "created_at", "started_at", "ended_at", "verified_at",
                     "cancel_requested_at", "claimed_by", "priority", "name", "batch_id",
                     "owner_id")
    ),
)  # fmt: skip


@dataclass(frozen=True)
class IterationRow:
    """`value` is the key metric at its last load, None where it was not measured."""

    iteration: Iteration
    run: Run | None
    label: str
    sentence: str
    value: float | None


def context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """`status` and `point` narrow; `after` and `before` are cursors. Raises InvalidInput."""
    statuses = [each for each in request.GET.getlist("status") if each in STATUSES]
    point = read_point(request.GET.get("point", ""), batch)
    metric = key_metric(batch)
    page, newer, older = page_of(request, iterations_of(batch, statuses, point))
    return {
        "rows": rows_of(batch, page, metric),
        "newer": newer,
        "older": older,
        "metric_label": labels_of(batch).get(metric, metric),
        "statuses": STATUSES,
        "chosen_statuses": statuses,
        "chosen_point": point,
        "points": [(index, point_label(batch, index)) for index in range(len(batch.points))],
    }


def rows_of(batch: Batch, page: list[Iteration], metric: str) -> list[IterationRow]:
    queue = queue_state()
    places = places_of([each.run for each in page if each.run], queue.slots)
    return [
        IterationRow(
            iteration=each,
            run=each.run,
            label=point_label(batch, each.point),
            sentence=each.problem
            or (sentence(each.run, queue, places.get(each.run.pk)) if each.run else ""),
            value=last_value(each.metrics, metric),
        )
        for each in page
    ]


def said_of(run: Run | None, queue: QueueState, places: dict[str, Place]) -> str:
    return sentence(run, queue, places.get(run.pk)) if run else ""


def key_metric(batch: Batch) -> str:
    """The first that the analysis found, else the first the program declares."""
    found = (batch.result or {}).get("metrics") or batch.metrics
    declared = [each["name"] for each in batch.program.metrics]
    return next(iter([*found, *declared]), "")


def last_value(metrics: Any, name: str) -> float | None:
    pairs = (metrics or {}).get(name) or []
    return pairs[-1][1] if pairs else None


def read_point(written: str, batch: Batch) -> int | None:
    known = written.isascii() and written.isdigit() and len(written) < 9
    return int(written) if known and int(written) < len(batch.points) else None


def page_of(
    request: HttpRequest, iterations: QuerySet[Iteration]
) -> tuple[list[Iteration], str, str]:
    """One page by point and number, with the cursors of the one before and the one after."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    signs = ("-point", "-number") if before else ("point", "number")
    rows = iterations.select_related("run").only(*SHOWN).order_by(*signs)
    if cursor := before or after:
        rows = rows.filter(beyond(cursor, backwards=bool(before)))
    found = list(rows[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    found = found[:PAGE_SIZE]
    if before:
        found.reverse()
    if not found:
        return [], "", ""
    has_newer, has_older = (more, True) if before else (bool(after), more)
    first, last = (f"{each.point}.{each.number}" for each in (found[0], found[-1]))
    return found, first if has_newer else "", last if has_older else ""


def beyond(cursor: str, *, backwards: bool) -> Q:
    """As `<= and not =`: an OR would keep SQLite from the index."""
    point, _, number = cursor.partition(".")
    if not all(each.isascii() and each.isdigit() and len(each) < 9 for each in (point, number)):
        raise InvalidInput("This page's address is damaged. Begin at the first page.")
    step, passed = ("lte", "gte") if backwards else ("gte", "lte")
    tie = Q(**{"point": int(point), f"number__{passed}": int(number)})
    return Q(**{f"point__{step}": int(point)}) & ~tie
