"""Whether a request sent again is the one that made a batch."""

from typing import Any

from runs.errors import FusionwebError
from runs.lifecycle.services import RunRequest, template_text
from runs.models import Batch

from .requests import BatchRequest, parameters_of, points_of


def is_made_from(batch: Batch, wanted: BatchRequest) -> bool:
    try:
        return asked_of(wanted) == had_by(batch)
    except FusionwebError:
        # its template is gone, or it was never one that could be made
        return False


def asked_of(wanted: BatchRequest) -> tuple[Any, ...]:
    run = wanted.run
    return (
        wanted.kind, run.project.slug, run.group, run.name, run.program.pk, text_of(run),
        run.overrides, [point.to_json() for point in points_of(wanted)], parameters_of(wanted),
        list(wanted.metrics), wanted.num_iterations, wanted.base_seed, wanted.max_running,
        run.priority, run.resources or run.program.resources, list(run.tags), run.notes,
    )  # fmt: skip


def had_by(batch: Batch) -> tuple[Any, ...]:
    return (
        batch.kind, batch.project.slug, batch.group, batch.name, batch.program_id,
        batch.config_text, batch.overrides, batch.points, batch.parameters, batch.metrics,
        batch.num_iterations, batch.base_seed, batch.max_running, batch.priority,
        batch.resources, batch.tags, batch.notes,
    )  # fmt: skip


def text_of(run: RunRequest) -> str:
    """Raises NotFound."""
    return template_text(run.program, run.template) if run.config_text is None else run.config_text
