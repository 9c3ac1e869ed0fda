"""Rows with their files, as retention and trash meet them."""

import pytest

from runs.models import Run
from tests.disk import write_checkpoint, write_job


@pytest.fixture
def disk_job(job_row):
    """An ended job with its directory: metadata.json and a log of eight bytes."""

    def make(**fields):
        job = job_row(**fields)
        write_job(
            job.root.directory, job.project, job.group, job.name, job.run_id, status=job.status
        )
        return job

    return make


@pytest.fixture
def disk_checkpoint(checkpoint_row):
    def make(payload=b"weights", **fields):
        row = checkpoint_row(**fields)
        write_checkpoint(
            row.root.directory, row.suffix, row.project, row.group, row.name, payload=payload
        )
        return row

    return make


@pytest.fixture
def ended_run(make_run):
    def make(status="completed", **fields):
        run = make_run(**fields)
        Run.objects.filter(pk=run.pk).update(status=status)
        run.refresh_from_db()
        return run

    return make
