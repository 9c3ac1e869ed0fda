"""What a new token is for, and for how long."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from runs.access import is_staff
from runs.accounts.tokens import LONGEST_LABEL
from runs.models.token import Scope

# In a sentence each; what a token may do is never more than what its owner may.
SCOPES = {
    Scope.READ: "Read what you see: runs, logs, progress, files, jobs, checkpoints.",
    Scope.RUN: "Launch runs, and act on those you may act on: cancel, retry, delete.",
    Scope.REVIEW: "Approve and reject checkpoints.",
    Scope.ADMIN: "Whatever else only staff may do, such as deleting checkpoints.",
}
STAFF_SCOPES = {Scope.REVIEW, Scope.ADMIN}
NEVER = ""
LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), (NEVER, "no end")]
DEFAULT_DAYS = "90"


class TokenForm(forms.Form):
    """Offers the scopes that its owner can use at all."""

    label = forms.CharField(
        max_length=LONGEST_LABEL, help_text="what it is for, such as nightly sweep on n01"
    )
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label="May", initial=[Scope.READ]
    )
    days = forms.ChoiceField(
        choices=LIFETIMES, initial=DEFAULT_DAYS, required=False, label="Works for"
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        scopes: Any = self.fields["scopes"]
        scopes.choices = [
            (scope.value, sentence)
            for scope, sentence in SCOPES.items()
            if is_staff(user) or scope not in STAFF_SCOPES
        ]

    def expires_at(self) -> datetime | None:
        """Only of a form that is valid."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None
