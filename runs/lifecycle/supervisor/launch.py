"""Start a claimed run: make its command, hand it to the executor, write down what came of it."""

import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from runs.configuration.command import find_executable, parse_command
from runs.contract.layout import OUTPUT, PROGRESS
from runs.contract.status import Status
from runs.discovery.roots import root_row
from runs.errors import InvalidInput, LaunchFailed
from runs.lifecycle.executors import executor_named
from runs.lifecycle.executors.base import Launched, LaunchSpec
from runs.lifecycle.places import BUNDLED_COMMANDS, checkpoint_directory
from runs.lifecycle.transitions import transition
from runs.models import Job, Root, Run

logger = logging.getLogger(__name__)

# What the server knows and a program must not: keys, addresses with passwords.
SECRETS = {
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "FUSIONWEB_ALERT_WEBHOOK",
    "DJANGO_SETTINGS_MODULE",
}


def launch_run(run: Run) -> bool:
    """Start `run`; False where it could not be started, which is then written down as failed."""
    try:
        launched = executor_named(run.executor).launch(launch_spec(run))
    except (LaunchFailed, InvalidInput, OSError) as error:
        logger.warning("run %s could not be started: %s", run.pk, error)
        transition(
            run,
            to=Status.FAILED,
            sources={Status.PENDING},
            reason=f"could not start: {error}",
        )
        return False
    with transaction.atomic():
        transition(
            run,
            to=Status.RUNNING,
            sources={Status.PENDING},
            reason="",
            started_at=timezone.now(),
            handle=launched.handle,
        )
        record_job(run, launched)
    return True


def record_job(run: Run, launched: Launched) -> None:
    """By its directory: the index of the disk may have met it before this very moment."""
    place = {
        "root": root_row(Path(run.root), Root.Kind.STATUS),
        "project": run.project.slug,
        "group": run.group,
        "name": run.name,
        "run_id": run.pk,
    }
    known = {
        "ordered_run": run,
        "status": Status.RUNNING,
        "reason": "",
        "job_key": run.program.slug,
        "started_at": run.started_at,
        "listed_at": run.started_at or timezone.now(),
        "heartbeat_at": run.started_at,
        "host": launched.handle.get("host", ""),
        "pid": launched.handle.get("pid"),
    }
    Job.objects.bulk_create(
        [Job(**place, **known)],
        update_conflicts=True,
        unique_fields=list(place),
        update_fields=list(known),
    )


def launch_spec(run: Run) -> LaunchSpec:
    directory = run.directory
    for path in (directory / OUTPUT, checkpoint_directory(run)):
        path.mkdir(parents=True, exist_ok=True)
    return LaunchSpec(
        run_dir=directory,
        argv=argv_of(run),
        env=program_environment(directory),
        metadata=first_metadata(run),
        grace_seconds=settings.FUSIONWEB_GRACE_SECONDS,
        heartbeat_seconds=settings.FUSIONWEB_HEARTBEAT_SECONDS,
    )


def argv_of(run: Run) -> list[str]:
    """The words a run is started with, also of one that is not saved yet.

    Raises InvalidInput, ProgramUnusable.
    """
    directory = run.directory
    argv = parse_command(run.program.command).argv(
        config=str(run.config_path),
        run_id=run.pk,
        run_dir=str(directory),
        output_dir=str(directory / OUTPUT),
        progress_file=str(directory / PROGRESS),
        checkpoint_dir=str(checkpoint_directory(run)),
        resume_from=run.resume_from or None,
        seed=None if run.seed is None else str(run.seed),
    )
    return [*find_executable(argv[0], BUNDLED_COMMANDS), *argv[1:]]


def program_environment(directory: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    # a Python program's lines must arrive when they are printed, not when 8 KiB are full
    return {**environment, "PYTHONUNBUFFERED": "1", "PWD": str(directory)}


def first_metadata(run: Run) -> dict[str, object]:
    return {
        "name": run.name,
        "project": run.project.slug,
        "group": run.group,
        "job_key": run.program.slug,
        "run_id": run.pk,
    }
