"""The run at a glance: its key metric, its facts, the end of its log."""

from typing import Any

from django.http import HttpRequest

from runs.access import may_see
from runs.cleanup.deletion import run_size
from runs.models import Run
from runs.topologies.utilization import known_topology_of
from runs.web.live_progress import progress_of

from .log import last_rows
from .progress import figures


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    size = run_size(run)
    return {
        **figures(run, progress_of(run), key_only=True),
        **last_rows(run),
        "size": size,
        "network": known_topology_of(run),
        "origin": run.origin if run.origin and may_see(request.user, run.origin) else None,
        "gone": not run.directory.is_dir(),
    }
