"""The checks in their order, our own and those of others.

Another package adds one by an entry point in the group `fusionweb.creation_checks`, whose
object is a `Check`; the order of all is by `position`, then name.
"""

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol

from runs.creation.draft import RunDraft

from .deprecated_value import DeprecatedValue
from .duplicate_run import DuplicateRun
from .missing_required import MissingRequired
from .question import Question
from .seed_policy import SeedPolicy
from .size_estimate import SizeEstimate
from .topology_file import TopologyFile
from .unknown_keys import UnknownKeys

logger = logging.getLogger(__name__)

GROUP = "fusionweb.creation_checks"
PARTS = ("name", "label", "position", "look", "accept", "apply", "remarks")


class Check(Protocol):
    """Looks at a draft, may ask, and puts the answer in. It is asked again and again, after
    every answer and every restart: it decides from the draft and the answer alone."""

    name: str
    label: str
    position: int

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        """What has to be asked; None where nothing is (any more). `answer` is what was
        answered to it so far, empty at first, and `draft` has it put in already."""
        ...

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        """What is kept of an answer that fits: said once, so what is drawn by lot is drawn here.
        An `Upload` in it is kept as a file, and is {"file", "name"} from then on. Raises
        InputInvalid naming the field."""
        ...

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        """The draft with the answer put in. Raises InvalidInput."""
        ...

    def remarks(self, draft: RunDraft) -> list[str]:
        """Warnings that need no answer."""
        ...


@cache
def run_checks() -> tuple[Check, ...]:
    """All checks for runs. One of others that cannot be loaded is left out, and said."""
    own = own_checks()
    found = [*own, *foreign_checks({check.name for check in own})]
    return tuple(sorted(found, key=lambda check: (check.position, check.name)))


def own_checks() -> list[Check]:
    return [
        DeprecatedValue(),
        UnknownKeys(),
        MissingRequired(),
        TopologyFile(),
        SeedPolicy(),
        SizeEstimate(),
        DuplicateRun(),
    ]


def foreign_checks(taken: set[str]) -> list[Check]:
    """Answers are kept by a check's name: of two with one name, the second is left out."""
    checks: list[Check] = []
    for point in entry_points(group=GROUP):
        try:
            check = point.load()
            fault = fault_of(check, taken)
        except Exception:
            # somebody else's package must not keep everybody from launching
            logger.exception("the check %s cannot be loaded and is left out", point.name)
            continue
        if fault:
            logger.error("the check %s is left out: %s", point.name, fault)
        else:
            taken.add(check.name)
            checks.append(check)
    return checks


def fault_of(check: Any, taken: set[str]) -> str:
    """What keeps an object from being a check; empty for one that is."""
    if isinstance(check, type):
        return "it is a class, and should be an object of it"
    if missing := [name for name in PARTS if not hasattr(check, name)]:
        return f"it has no {', '.join(missing)}"
    return f"there is a check {check.name} already" if check.name in taken else ""
