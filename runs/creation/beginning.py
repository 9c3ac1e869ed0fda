"""Drafts that are begun once, however often a button is pressed."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from runs.models import CreationSession

from .services import begin_draft
from .states import State


def begin_once(*, owner: Any, kind: str, inputs: dict[str, Any], step: str) -> CreationSession:
    """The draft with the very same inputs where the person has one, else a new one.

    Raises what `begin_draft` raises.
    """
    with transaction.atomic():
        # two presses at once come one after the other
        User.objects.select_for_update().get(pk=owner.pk)
        drafts = CreationSession.objects.filter(
            owner=owner, kind=kind, state=State.PENDING, confirmed_at=None
        )
        same = next((draft for draft in drafts if draft.inputs == inputs), None)
        return same or begin_draft(owner=owner, kind=kind, inputs=inputs, step=step)
