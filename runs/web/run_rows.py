"""What a list shows of each run, read for a whole page in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTransform

from runs.access import may_act_on, visible
from runs.lifecycle.selectors import QueueState, is_stale, sentence
from runs.lifecycle.waiting import Place, places_of
from runs.models import Run

# All that a row shows or decides by; of the progress only three keys are read, never the series.
SHOWN = (
    "name",
    "group",
    "purpose",
    "status",
    "reason",
    "created_at",
    "started_at",
    "ended_at",
    "verified_at",
    "cancel_requested_at",
    "claimed_by",
    "batch_id",
    "priority",
    "owner__username",
    "project__slug",
    "program__slug",
    "program__metrics",
)
PROGRESS_KEYS = ("fraction", "eta_seconds", "latest_metrics")


@dataclass(frozen=True)
class RunRow:
    """A run as a line of a list; `actions` are the words of what this user may do to it."""

    run: Run
    sentence: str
    stale: bool
    fraction: float | None
    eta_seconds: float | None
    metric_label: str
    metric_value: Any
    actions: str


def load_rows(ids: Iterable[str], user: Any, queue: QueueState) -> list[RunRow]:
    """The runs in the order of `ids`; those that are gone or hidden are left out."""
    ids = list(ids)
    keys = {f"seen_{key}": KeyTransform(key, "progress") for key in PROGRESS_KEYS}
    found = (
        visible(user, Run.objects.filter(pk__in=ids))
        .select_related("project", "program", "owner")
        .only(*SHOWN)
        .annotate(**keys)
    )
    runs = {run.pk: run for run in found}
    places = places_of(runs.values(), queue.slots)
    return [make_row(runs[pk], user, queue, places.get(pk)) for pk in ids if pk in runs]


def make_row(run: Any, user: Any, queue: QueueState, place: Place | None) -> RunRow:
    label, value = key_metric(run.program.metrics, run.seen_latest_metrics)
    return RunRow(
        run=run,
        sentence=sentence(run, queue, place),
        stale=is_stale(run),
        fraction=run.seen_fraction,
        eta_seconds=run.seen_eta_seconds,
        metric_label=label,
        metric_value=value,
        actions=" ".join(possible_actions(run)) if may_act_on(user, run) else "",
    )


def possible_actions(run: Run) -> list[str]:
    possible = {"cancel": run.can_cancel, "retry": run.can_retry, "delete": run.can_delete}
    return [action for action, allowed in possible.items() if allowed]


def key_metric(metrics: Any, latest: Any) -> tuple[str, Any]:
    """Label and newest value of the first metric of the program that the run has told of."""
    known = latest if isinstance(latest, dict) else {}
    for metric in metrics:
        if metric["name"] in known:
            return metric.get("label", metric["name"]), known[metric["name"]]
    return "", None
