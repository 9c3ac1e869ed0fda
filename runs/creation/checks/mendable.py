"""Which faults of a configuration an answer can mend; the others are refused at once."""

from runs.configuration.schema import faults
from runs.creation.draft import RunDraft
from runs.errors import ConfigurationInvalid

from .deprecated_value import old_spellings
from .missing_required import gaps
from .problems import is_within


def require_mendable(draft: RunDraft) -> None:
    """Raises ConfigurationInvalid with every fault that no check will ask about."""
    found = faults(draft.document, draft.program.schema)
    if not found:
        return
    asked = [*(gap.path for gap in gaps(draft)), *(each.path for each in old_spellings(draft))]
    problems = [
        fault.problem
        for fault in found
        if fault.kind != "unknown" and not any(is_within(path, fault.path) for path in asked)
    ]
    if problems:
        raise ConfigurationInvalid(sorted(problems, key=lambda problem: problem.line or 0))
