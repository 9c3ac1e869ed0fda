"""Find the run a socket is about, and say how it is."""

from typing import Any

from channels.db import database_sync_to_async

from runs.errors import NotFound
from runs.events import latest_seq
from runs.lifecycle.selectors import queue_state, sentence
from runs.models import Run


@database_sync_to_async
def find_run(run_id: str) -> Run:
    """Raises NotFound."""
    try:
        return Run.objects.select_related("project", "program", "owner").get(pk=run_id)
    except Run.DoesNotExist:
        raise NotFound("There is no such run.") from None


@database_sync_to_async
def state_frame(run_id: str) -> dict[str, Any]:
    """The state with the sequence number it holds at least; raises NotFound once deleted."""
    seq = latest_seq()
    run = Run.objects.filter(pk=run_id).defer("overrides", "notes").first()
    if run is None:
        raise NotFound("This run was deleted.")
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


@database_sync_to_async
def status_of(run_id: str) -> tuple[str, bool]:
    """Status, and whether it is final. Raises NotFound once the run is deleted."""
    run = Run.objects.filter(pk=run_id).only("status").first()
    if run is None:
        raise NotFound("This run was deleted.")
    return run.status, run.is_final
