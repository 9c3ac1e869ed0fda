"""What runs leave on disk, and how they end, without a program having run."""

import json

from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.models import Batch, Iteration


def wrote(run, **metrics):
    output = run.directory / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "result.json").write_text(json.dumps(metrics))


def runs_of(batch):
    """By point and number."""
    rows = Iteration.objects.filter(batch=batch).order_by("point", "number")
    return [row.run for row in rows.select_related("run__project", "run__program", "run__owner")]


def end_run(run, to=Status.COMPLETED, reason="", **metrics):
    """It begins where it has not, writes its metrics and ends."""
    if run.status == Status.PENDING:
        transition(run, to=Status.RUNNING, reason="", sources={Status.PENDING})
    if metrics:
        wrote(run, **metrics)
    assert transition(run, to=to, reason=reason, sources={Status.RUNNING})


def end_all(batch, *values):
    """All complete, with `score` 0, 1, 2 … or as given."""
    for number, run in enumerate(runs_of(batch)):
        end_run(run, score=values[number] if values else number)


def fresh(batch):
    return Batch.objects.get(pk=batch.pk)
