"""Who may what, for pages and sockets alike.

Members see every run and act on their own; staff act on all; nobody anonymous sees any.
"""

from typing import Any

from runs.errors import NotAllowed
from runs.models import Run


def may_act_on(user: Any, run: Run) -> bool:
    return bool(user.is_active and (user.is_staff or run.owner_id == user.pk))


def require_act_on(user: Any, run: Run) -> None:
    """Raises NotAllowed with a sentence for the person."""
    if not may_act_on(user, run):
        raise NotAllowed(f"This run belongs to {run.owner}. Only its owner and staff may do that.")


def require_staff(user: Any, sentence: str) -> None:
    """Raises NotAllowed with that sentence but for staff."""
    if not (user.is_active and user.is_staff):
        raise NotAllowed(sentence)
