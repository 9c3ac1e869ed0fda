"""What the list of runs can be narrowed to; every name is one in the address."""

import json

import django_filters
from django import forms
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from runs.contract.status import ACTIVE, FINAL, Status
from runs.models import Run
from runs.search import search

from .owned_filter import NO_SUCH_STATUS, OwnedFilter

TEST, EXPERIMENTAL = "test", "experimental"
PURPOSES = [(EXPERIMENTAL, "without test runs"), (TEST, "test runs only")]
STATUSES = [(status.value, status.value) for status in Status if status in ACTIVE | FINAL]


class RunFilter(OwnedFilter):
    status = django_filters.MultipleChoiceFilter(
        method="by_status",
        choices=STATUSES,
        widget=forms.CheckboxSelectMultiple,
        error_messages=NO_SUCH_STATUS,
    )
    purpose = django_filters.ChoiceFilter(
        method="by_purpose",
        choices=PURPOSES,
        empty_label="test runs as well",
        error_messages={"invalid_choice": "A run is experimental or a test."},
    )
    batch = django_filters.CharFilter(field_name="batch_id", max_length=12)
    tag = django_filters.CharFilter(method="by_tag", max_length=50)
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Run
        fields: list[str] = []

    def by_purpose(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        return runs.filter(purpose=TEST) if value == TEST else runs.filter(purpose=None)

    def by_tag(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        if connection.vendor == "postgresql":
            return runs.filter(tags__contains=[value])
        # SQLite has no look-up inside JSON; the quotes make it the whole tag.
        written = json.dumps(value)
        return runs.annotate(tags_text=Cast("tags", TextField())).filter(
            tags_text__contains=written
        )

    def by_search(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        return search(runs, value)
