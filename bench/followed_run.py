"""A run whose log the measurement writes itself."""

from pathlib import Path

from runs.contract.status import Status
from runs.models import Program, Project, Run


def followed_run(status: Status = Status.RUNNING) -> Run:
    """A row with an empty log; no supervisor touches it."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from runs.lifecycle.places import status_root

    run = Run.objects.create(
        project=Project.objects.get_or_create(slug="bench")[0],
        program=Program.objects.get(slug="fusion-sim"),
        owner=get_user_model().objects.get(username="bench"),
        name="followed",
        root=str(status_root()),
        status=status,
        started_at=timezone.now(),
    )
    run.directory.mkdir(parents=True)
    log_of(run).touch()
    return run


def log_of(run: Run) -> Path:
    return run.directory / "output.log"


def finish(run: Run) -> None:
    from runs.lifecycle.transitions import transition

    transition(run, to=Status.COMPLETED, reason="exit code 0", sources={Status.RUNNING})
