"""Runs as answers: a page of a list in a fixed number of queries, or all of one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.fields.json import KeyTransform

from runs.contract.status import Status
from runs.errors import NotFound
from runs.lifecycle.selectors import QueueState, is_stale, place_of, queue_state, sentence
from runs.lifecycle.services import frozen_configuration
from runs.lifecycle.waiting import Place, places_of
from runs.models import Job, Run

# All that an item shows or decides by; of the progress only three keys are read.
SHOWN = (
    "name",
    "group",
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
    "tags",
    "owner__username",
    "project__slug",
    "program__slug",
)
PROGRESS_KEYS = ("fraction", "eta_seconds", "latest_metrics")


def run_items(ids: Sequence[str]) -> list[dict[str, Any]]:
    """In the order of `ids`; those that are gone are left out."""
    keys = {f"seen_{key}": KeyTransform(key, "progress") for key in PROGRESS_KEYS}
    found = Run.objects.select_related("project", "program", "owner").only(*SHOWN).annotate(**keys)
    runs: dict[str, Any] = {run.pk: run for run in found.filter(pk__in=ids)}
    queue = queue_state()
    places = places_of(runs.values(), queue.slots)
    return [
        item_of(run, queue, places.get(run.pk, Place(0)), progress_seen(run))
        for run in (runs[pk] for pk in ids if pk in runs)
    ]


def progress_seen(run: Any) -> dict[str, Any]:
    return {key: getattr(run, f"seen_{key}") for key in PROGRESS_KEYS}


def item_of(run: Run, queue: QueueState, place: Place, progress: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": run.pk,
        "name": run.name,
        "project": run.project.slug,
        "group": run.group,
        "program": run.program.slug,
        "owner": run.owner.get_username(),
        "batch": run.batch_id,
        "status": run.status,
        "reason": sentence(run, queue, place),
        "is_stale": is_stale(run),
        "queue_position": place.ahead if run.status == Status.PENDING else None,
        "priority": run.priority,
        "tags": run.tags,
        "progress": {**progress, "latest_metrics": progress.get("latest_metrics") or {}},
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "verified_at": run.verified_at,
    }


def whole_run(run: Run) -> dict[str, Any]:
    queue = queue_state()
    progress = {key: run.progress.get(key) for key in PROGRESS_KEYS}
    return {
        **item_of(run, queue, place_of(run, queue), progress),
        **what_was_asked(run),
        **what_became_of_it(run),
    }


def what_was_asked(run: Run) -> dict[str, Any]:
    return {
        "template": run.template,
        "configuration": {"format": run.program.config_format, "text": text_of(run)},
        "overrides": run.overrides,
        "seed": run.seed,
        "resources": run.resources,
        "notes": run.notes,
        "resume_from": checkpoint_named(run.resume_from),
        "origin": run.origin_id,
        "origin_kind": run.origin_kind,
        "executor": run.executor,
    }


def what_became_of_it(run: Run) -> dict[str, Any]:
    """Process and host are its job's, which a run that never began has not."""
    job: Job | None = getattr(run, "job", None)
    return {
        **{name: getattr(job, name, None) or None for name in ("host", "signal")},
        **{name: getattr(job, name, None) for name in ("pid", "exit_code")},
        "cancel_requested_at": run.cancel_requested_at,
        "cancel_receipt": run.cancel_receipt,
    }


def text_of(run: Run) -> str | None:
    try:
        return frozen_configuration(run)
    except (NotFound, OSError, ValueError):
        # ValueError: somebody has put something there that is no UTF-8
        return None


def checkpoint_named(directory: str) -> str | None:
    """project/group/name/suffix below whichever root; where no root has it, only its end."""
    for root in settings.FUSIONWEB_CHECKPOINT_DIRS:
        if Path(directory).is_relative_to(root):
            return Path(directory).relative_to(root).as_posix()
    return Path(directory).name or None
