"""The checks in their order, our own and those of others.

Another package adds one by an entry point in the group `fusionweb.creation_checks`, whose
object is a `Check`; the order of all is by `position`, then name.
"""

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol

from runs.creation.draft import RunDraft

from .question import Question

logger = logging.getLogger(__name__)

GROUP = "fusionweb.creation_checks"


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
        Raises InputInvalid naming the field."""
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
    found = [*own_checks(), *foreign_checks()]
    return tuple(sorted(found, key=lambda check: (check.position, check.name)))


def foreign_checks() -> list[Check]:
    checks: list[Check] = []
    for point in entry_points(group=GROUP):
        try:
            checks.append(point.load())
        except Exception:
            # somebody else's package must not keep everybody from launching
            logger.exception("the check %s cannot be loaded and is left out", point.name)
    return checks


def own_checks() -> list[Check]:
    from .seed_policy import SeedPolicy

    return [SeedPolicy()]
