"""Why something stays or goes: one place for the page, the command and the trash."""

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from runs.contract.status import ACTIVE, FINAL, Status
from runs.discovery.selectors import is_stale_job, stale_before
from runs.models import Checkpoint, Job, Run

PROTECTED_BY_NOBODY = "nothing protects it"


def day(when: datetime) -> str:
    local = timezone.localtime(when)
    return f"{local.day} {local:%b %Y}"


def approval(checkpoint: Checkpoint) -> str:
    """Who approved it and when; empty where nobody has."""
    if checkpoint.decision != Checkpoint.Decision.APPROVED and not checkpoint.pinned:
        return ""
    by = f" by {checkpoint.reviewed_by}" if checkpoint.reviewed_by else ""
    at = f" on {day(checkpoint.reviewed_at)}" if checkpoint.reviewed_at else ""
    words = f"approved{by}{at}"
    return f"pinned: {words}" if checkpoint.pinned else words


def activity(job: Job) -> str:
    """Why a job must be taken for alive; empty once it has ended or fallen silent."""
    if job.status in FINAL or job.last_sign_at < stale_before():
        return ""
    if job.status == Status.RUNNING:
        return "it is running"
    return f"its state is {job.status}, and it was heard of only just now"


def silence(job: Job) -> str:
    """What to say of a job that may be deleted though nobody saw it end; else empty."""
    if not is_stale_job(job):
        return ""
    return f"stale: no sign of it since {timezone.localtime(job.last_sign_at):%d %b %H:%M}"


def job_refusal(job: Job) -> str:
    """Why staff may not delete it now, as far as the table knows; else empty."""
    if job.ordered_run_id:
        return f"it belongs to run {job.ordered_run_id}, delete that"
    return activity(job)


def checkpoint_refusal(checkpoint: Checkpoint) -> str:
    return f"{approval(checkpoint)}, unpin it first" if checkpoint.pinned else ""


class Resumptions:
    """Which directories the waiting and running runs begin from: read once, asked often."""

    def __init__(self) -> None:
        runs = Run.objects.filter(status__in=ACTIVE).exclude(resume_from="")
        found = runs.values_list("pk", "status", "resume_from")
        self.used = [(Path(path), pk, status) for pk, status, path in found]

    def sentence(self, directory: Path) -> str:
        """A run may name a checkpoint, or a directory of them."""
        for path, pk, status in self.used:
            if path.is_relative_to(directory) or directory.is_relative_to(path):
                does = "waits to resume" if status == Status.PENDING else "resumed"
                return f"used by run {pk}, which {does} from it"
        return ""
