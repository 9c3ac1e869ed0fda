"""Find what a socket is about, and say how it is."""

from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model

from runs.access import require_see, visible
from runs.discovery.selectors import find_job
from runs.errors import JobNotFound, NotAllowed, NotFound, RunNotFound
from runs.events import latest_seq
from runs.executed import Executed
from runs.lifecycle.selectors import queue_state, sentence
from runs.models import Job, Run


@database_sync_to_async
def find_executed(user: Any, key: dict[str, str], root: int) -> Executed:
    """A run by its id, a job by its key and `root`, negative for any.

    Raises NotFound, also for what the person may not see.
    """
    user = fresh(user)
    if "project" not in key:
        return run_seen_by(user, key["run_id"])
    job = find_job(**key, root_id=None if root < 0 else root)
    require_see(user, job, JobNotFound)
    return job


def run_seen_by(user: Any, run_id: str) -> Run:
    """With what names its directory and no more: a socket keeps it for as long as it is open.

    Raises RunNotFound.
    """
    named = Run.objects.select_related("project").only("project__slug", "group", "name", "root")
    runs = visible(fresh(user), named)
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise RunNotFound
    return run


def fresh(user: Any) -> Any:
    """As the database says now: that of a socket may have been read hours ago, and what was
    known of its projects then stays with the object. Raises NotAllowed for who is gone."""
    found = get_user_model().objects.filter(pk=user.pk, is_active=True).first()
    if found is None:
        raise NotAllowed("This user is not active.")
    return found


find_run = database_sync_to_async(run_seen_by)


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
