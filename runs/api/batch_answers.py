"""Batches as answers: a page of a list in a fixed number of queries, or all of one."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Length
from django.urls import reverse

from runs.analysis.export import GONE, names_to_export
from runs.analysis.result import IterationProblem
from runs.analysis.selectors import (
    BatchCounts,
    counts_of,
    counts_of_many,
    eta_seconds,
    iterations_of,
    sentence,
)
from runs.api.filtering import rows_in_order
from runs.contract.status import Status
from runs.lifecycle.selectors import QueueState, queue_state
from runs.models import Batch, BatchMetric, Iteration

# Statistics of more than that are asked for by name: each is read, checked and written anew.
MEASURED_CHARACTERS = 1_000_000
FAILURES_SHOWN = 200
FAILED = frozenset({Status.FAILED, Status.LOST, Status.PREEMPTED})
SHOWN_WITH = ("project", "program", "owner")
LONG = ("config_text", "overrides", "notes", "result", "resources", "metrics")


def batch_items(ids: Sequence[str]) -> list[dict[str, Any]]:
    """In the order of `ids`; those that are gone are left out."""
    batches = Batch.objects.select_related(*SHOWN_WITH).defer(*LONG)
    found = rows_in_order(batches.annotate(partial=KeyTransform("partial", "result")), list(ids))
    counts, queue = counts_of_many(found), queue_state()
    return [item_of(batch, counts[batch.pk], queue, batch.partial) for batch in found]


def item_of(
    batch: Batch, counts: BatchCounts, queue: QueueState, partial: bool | None
) -> dict[str, Any]:
    same = ("kind", "name", "group", "status", "num_iterations", "priority", "max_running",
            "tags", "created_at", "started_at", "ended_at")  # fmt: skip
    eta = eta_seconds(batch, counts)
    return {
        **{name: getattr(batch, name) for name in same},
        "id": batch.pk,
        "project": batch.project.slug,
        "program": batch.program.slug,
        "owner": batch.owner.get_username(),
        "reason": sentence(batch, counts, queue),
        "counts": asdict(counts),
        "progress": {"fraction": counts.fraction, "eta_seconds": eta},
        "partial": partial,
    }


def whole_batch(batch: Batch, metrics: Sequence[str] = ()) -> dict[str, Any]:
    """With the statistics of the `metrics` asked for. Raises InvalidInput for one there is not."""
    partial = (batch.result or {}).get("partial")
    return {
        **item_of(batch, counts_of(batch), queue_state(), partial),
        **what_was_asked(batch),
        **what_was_measured(batch, metrics),
        "failures": failures_of(batch),
        "addresses": addresses_of(batch),
    }


def what_was_asked(batch: Batch) -> dict[str, Any]:
    same = ("template", "overrides", "points", "parameters", "metrics", "base_seed", "resources",
            "notes", "cancel_requested_at")  # fmt: skip
    configuration = {"format": batch.program.config_format, "text": batch.config_text}
    return {**{name: getattr(batch, name) for name in same}, "configuration": configuration}


def what_was_measured(batch: Batch, asked: Sequence[str]) -> dict[str, Any]:
    """Of those asked for all; without any, as many as are short together."""
    names = names_to_export(batch, asked)
    fitting = names if asked else names_that_fit(batch)
    kept = BatchMetric.objects.filter(batch=batch, name__in=fitting).order_by("position")
    return {
        "result": batch.result,
        "measured": list(kept.values_list("summary", flat=True)),
        "left_off": [name for name in names if name not in fitting],
    }


def names_that_fit(batch: Batch) -> list[str]:
    length = Length(Cast("summary", TextField()))
    sizes = BatchMetric.objects.filter(batch=batch).order_by("position").values_list("name", length)
    names, characters = [], 0
    for name, size in sizes:
        characters += size
        if characters <= MEASURED_CHARACTERS:
            names.append(name)
    return names


def failures_of(batch: Batch) -> list[IterationProblem]:
    failed = iterations_of(batch, statuses=FAILED).only(
        "point", "number", "seed", "problem", "run__status", "run__reason"
    )
    return [
        IterationProblem(
            point=each.point,
            number=each.number,
            seed=each.seed,
            run_id=each.run_id,
            status=status_of(each),
            message=(each.run.reason if each.run else "") or each.problem,
        )
        for each in failed[:FAILURES_SHOWN]
    ]


def addresses_of(batch: Batch) -> dict[str, str]:
    return {
        "page": f"/batches/{batch.pk}/",
        "runs": reverse("api:batch_runs", args=[batch.pk]),
        "values": reverse("api:batch_values", args=[batch.pk]),
        "result": reverse("api:batch_result", args=[batch.pk]),
        "socket": f"/ws/batches/{batch.pk}/",
    }


def iteration_items(batch: Batch, keys: Sequence[int]) -> list[dict[str, Any]]:
    found = rows_in_order(iterations_of(batch), list(keys))
    return [
        {
            "point": each.point,
            "label": batch.points[each.point]["label"],
            "number": each.number,
            "seed": each.seed,
            "run_id": each.run_id,
            "status": status_of(each),
            "reason": each.run.reason if each.run else "",
            "metrics": each.metrics,
            "problem": each.problem,
        }
        for each in found
    ]


def status_of(iteration: Iteration) -> str:
    return iteration.run.status if iteration.run else GONE
