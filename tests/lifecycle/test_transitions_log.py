"""Each transition is one line of the log, once it is true."""

import io
import json
import logging

import pytest
from django.db import transaction

from runs.asking import Asker, asking
from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.logs import Json


@pytest.fixture
def lines():
    """What has been logged so far, each line as its JSON object."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    logger = logging.getLogger("runs.lifecycle.transitions")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def start(run):
    return transition(run, to=Status.RUNNING, sources={Status.PENDING}, reason="")


def test_it_writes_a_line_with_run_and_trace(lines, run_row, django_capture_on_commit_callbacks):
    run = run_row()
    with asking(Asker("feedfeedfeedfeed")), django_capture_on_commit_callbacks(execute=True):
        start(run)
        transition(run, to=Status.FAILED, sources={Status.RUNNING, Status.LOST}, reason="exit 1")
    first, second = lines()
    assert (first["run_id"], first["from"], first["to"]) == (run.pk, "pending", "running")
    assert first["trace_id"] == "feedfeedfeedfeed"
    assert (second["from"], second["to"], second["reason"]) == ("running", "failed", "exit 1")
    assert second["message"] == f"run {run.pk}: running to failed (exit 1)"


def test_it_writes_nothing_of_a_race_that_was_lost(
    lines, run_row, django_capture_on_commit_callbacks
):
    run = run_row(status="running")
    with django_capture_on_commit_callbacks(execute=True):
        assert not start(run)
    assert lines() == []


@pytest.mark.django_db(transaction=True)
def test_it_writes_nothing_of_what_was_undone(lines, run_row):
    run = run_row()
    with pytest.raises(RuntimeError), transaction.atomic():
        start(run)
        raise RuntimeError
    assert lines() == []
