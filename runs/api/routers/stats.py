"""The dashboard's numbers."""

from collections import Counter
from typing import Any

from django.http import HttpRequest
from ninja import Router

from runs.access import visible
from runs.alerts.selectors import unacknowledged_count
from runs.api.authentication import needs
from runs.api.responses import answers
from runs.api.schemas.project import StatsOut, checkpoints_out, plain, queue_out
from runs.checkpoints.selectors import WAITING
from runs.discovery.selectors import chips_in_use, job_counts
from runs.discovery.totals import (
    RECENT_DAYS,
    CheckpointTotal,
    checkpoint_totals,
    recent_counts,
)
from runs.events import latest_seq
from runs.lifecycle.selectors import queue_state
from runs.lists.counting import count_of
from runs.lists.run_counts import run_counts
from runs.models import Checkpoint
from runs.models.token import Scope

router = Router(tags=["stats"], auth=needs(Scope.READ))


@router.get("", response=answers(StatsOut))
def read_stats(request: HttpRequest) -> StatsOut:
    """How things are: of all that may be seen, no more than a few seconds old."""
    user = request.user
    waiting = visible(user, Checkpoint.objects.filter(WAITING)).order_by()
    return StatsOut(
        runs=plain(sum(run_counts(user).values(), Counter())),
        jobs=plain(job_counts(user).statuses()),
        recent_jobs=recent_counts(user),
        recent_days=RECENT_DAYS,
        chips=chips_in_use(user),
        checkpoints=checkpoints_out(all_checkpoints(user)),
        checkpoints_waiting=count_of(waiting, latest_seq()),
        open_alerts=unacknowledged_count(user),
        queue=queue_out(queue_state()),
    )


def all_checkpoints(user: Any) -> CheckpointTotal:
    totals = checkpoint_totals(user).values()
    return CheckpointTotal(
        sum(total.count for total in totals), sum(total.size_bytes for total in totals)
    )
