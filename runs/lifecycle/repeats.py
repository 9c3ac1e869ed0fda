"""Whether a request sent again is the one that made a run."""

from runs.errors import FusionwebError
from runs.models import Run

from .services import RunRequest, effective_configuration, frozen_configuration


def is_made_from(run: Run, wanted: RunRequest) -> bool:
    asked = (wanted.project.slug, wanted.program.pk, wanted.group, wanted.name, wanted.seed)
    more = (wanted.priority, list(wanted.tags), wanted.notes, wanted.resume_from)
    had = (run.project.slug, run.program_id, run.group, run.name, run.seed)
    had_more = (run.priority, run.tags, run.notes, run.resume_from)
    return asked == had and more == had_more and has_its_text(run, wanted)


def has_its_text(run: Run, wanted: RunRequest) -> bool:
    try:
        return frozen_configuration(run) == effective_configuration(wanted).text
    except FusionwebError:
        return False
