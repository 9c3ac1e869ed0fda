"""Find what a socket is about, and say how it is."""

from typing import Any

from channels.db import database_sync_to_async

from runs.discovery.selectors import find_job
from runs.errors import NotFound, RunNotFound
from runs.events import latest_seq
from runs.executed import Executed
from runs.lifecycle.selectors import queue_state, sentence
from runs.models import Job, Run


@database_sync_to_async
def find_executed(key: dict[str, str], root: int) -> Executed:
    """A run by its id, a job by its key and `root`, negative for any. Raises NotFound."""
    if "project" in key:
        return find_job(**key, root_id=None if root < 0 else root)
    return run_by_id(key["run_id"])


def run_by_id(run_id: str) -> Run:
    """Raises NotFound."""
    try:
        return Run.objects.select_related("project", "program", "owner").get(pk=run_id)
    except Run.DoesNotExist:
        raise RunNotFound("There is no such run.") from None


find_run = database_sync_to_async(run_by_id)


@database_sync_to_async
def state_frame(run_id: str) -> dict[str, Any]:
    """The state with the sequence number it holds at least; raises NotFound once deleted."""
    seq = latest_seq()
    run = Run.objects.filter(pk=run_id).defer("overrides", "notes").first()
    if run is None:
        raise RunNotFound("This run was deleted.")
    progress = run.progress or {}
    return {
        "kind": "state",
        "seq": seq,
        "id": run.pk,
        "status": run.status,
        "reason": sentence(run, queue_state()),
        "final": run.is_final,
        "verified_at": run.verified_at and run.verified_at.isoformat(),
        "started_at": run.started_at and run.started_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
        "fraction": progress.get("fraction"),
        "eta_seconds": progress.get("eta_seconds"),
        "cancel_receipt": run.cancel_receipt,
    }


def subjects_of(executed: Executed) -> list[str]:
    """Whose events tell of it: a job that was launched here also ends with its run."""
    if isinstance(executed, Run):
        return [executed.pk]
    ordered = [executed.ordered_run_id] if executed.ordered_run_id else []
    return [f"job:{executed.pk}", *ordered]


@database_sync_to_async
def status_of(executed: Executed) -> tuple[str, bool]:
    """Status, and whether it is final. Raises NotFound once it is deleted."""
    model = Run if isinstance(executed, Run) else Job
    found = model.objects.filter(pk=executed.pk).only("status").first()
    if found is None:
        raise NotFound("This was deleted.")
    return found.status, found.is_final
