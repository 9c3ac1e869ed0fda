"""What the list of batches can be narrowed to; every name is one in the address."""

from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from runs.models import Batch
from runs.models.batch import STATUSES as BATCH_STATUSES

from .owned_filter import NO_SUCH_STATUS, OwnedFilter

STATUSES = [(status.value, status.value) for status in BATCH_STATUSES]
# Batches are few, thousands at most: they are searched without an index.
SEARCHED = ("id", "name", "group", "project__slug", "program__slug", "tags", "notes")


class BatchFilter(OwnedFilter):
    status = django_filters.MultipleChoiceFilter(
        method="by_status",
        choices=STATUSES,
        widget=forms.CheckboxSelectMultiple,
        error_messages=NO_SUCH_STATUS,
    )
    kind = django_filters.ChoiceFilter(
        choices=Batch.Kind.choices,
        empty_label="any kind",
        error_messages={"invalid_choice": "A batch is a repeat, a compare or a sweep."},
    )
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Batch
        fields: list[str] = []

    def by_search(self, batches: QuerySet[Batch], name: str, value: str) -> QuerySet[Batch]:
        """Each word anywhere in what names it."""
        for word in value.split():
            batches = batches.filter(
                reduce(or_, [Q((f"{at}__icontains", word)) for at in SEARCHED])
            )
        return batches
