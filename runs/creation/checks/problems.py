"""What the schema has against the value at one place."""

from runs.configuration.places import Path
from runs.configuration.schema import faults
from runs.creation.draft import RunDraft


def is_within(path: Path, place: Path) -> bool:
    return path[: len(place)] == place


def problem_at(draft: RunDraft, path: Path) -> str:
    """The first complaint about the value there, or inside of it; empty where there is none."""
    found = faults(draft.document, draft.program.schema)
    complaints = (fault.problem.message for fault in found if is_within(fault.path, path))
    return next(complaints, "")
