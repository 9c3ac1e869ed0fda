"""The rule of one project for one subject, in words a person would use."""

from typing import Any

from django import forms

from runs.models import Retention

GIGABYTE = 1_000_000_000
LARGEST_GIGABYTES = 9_000_000_000
FIELDS = [
    "keep_latest", "keep_approved", "keep_best", "best_metric", "best_is", "older_than_days",
    "tests_older_than_days", "automatic",
]  # fmt: skip


class RetentionForm(forms.ModelForm):
    """`budget_gigabytes` stands for `budget_bytes`: nobody counts a disk in bytes."""

    keep_latest = forms.IntegerField(
        min_value=0, max_value=1_000_000, label="Keep the newest", help_text="of each name"
    )
    keep_best = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        required=False,
        label="Keep the best",
        help_text="of each name, by the metric",
    )
    older_than_days = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        label="Remove what is older than",
        help_text="days; empty: age does not matter",
    )
    tests_older_than_days = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        label="Remove test runs older than",
        help_text="days, and no other test runs; empty: they are treated as all others",
    )
    budget_gigabytes = forms.FloatField(
        min_value=0,
        max_value=LARGEST_GIGABYTES,
        required=False,
        label="Remove the oldest over a budget of",
        help_text="GB; empty: no budget",
    )

    field_order = [*FIELDS[:-1], "budget_gigabytes", FIELDS[-1]]

    class Meta:
        model = Retention
        fields = FIELDS
        labels = {
            "keep_approved": "Keep what staff approved",
            "best_metric": "Metric",
            "best_is": "The best is the",
            "automatic": "Apply once a day by itself",
        }
        help_texts = {"keep_approved": "", "automatic": "", "best_metric": "such as score or steps"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.subject != Retention.Subject.JOBS:
            del self.fields["tests_older_than_days"]
        budget = self.instance.budget_bytes
        if budget is not None:
            self.initial.setdefault("budget_gigabytes", budget / GIGABYTE)
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"{self.add_prefix(name)}-help"

    def clean_keep_best(self) -> int:
        return self.cleaned_data["keep_best"] or 0

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("keep_best") and not values.get("best_metric"):
            self.add_error("best_metric", "Name the metric by which the best are chosen.")
        return values

    def rule(self) -> Retention:
        """The rule as filled in, unsaved. Only of a form that is valid."""
        rule: Retention = self.instance
        budget = self.cleaned_data["budget_gigabytes"]
        rule.budget_bytes = None if budget is None else round(budget * GIGABYTE)
        return rule
