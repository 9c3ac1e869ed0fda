"""What the list of batches can be narrowed to; every name is one in the address."""

from datetime import date, time
from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from runs.lists.run_filter import (
    EVERYBODY,
    NO_DAY,
    NO_SUCH_PROGRAM,
    NO_SUCH_PROJECT,
    NO_SUCH_STATUS,
    day_input,
    in_zone,
    projects_seen,
)
from runs.models import Batch, Program
from runs.models.batch import STATUSES as BATCH_STATUSES

STATUSES = [(status.value, status.value) for status in BATCH_STATUSES]
# Batches are few, thousands at most: they are searched without an index.
SEARCHED = ("id", "name", "group", "project__slug", "program__slug", "tags", "notes")


class BatchFilter(django_filters.FilterSet):
    """`owner=all` shows everybody's; the page puts the user's own name in where it is missing."""

    owner = django_filters.CharFilter(method="by_owner", max_length=150)
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
    project = django_filters.ModelChoiceFilter(
        queryset=projects_seen,
        to_field_name="slug",
        empty_label="any project",
        error_messages=NO_SUCH_PROJECT,
    )
    program = django_filters.ModelChoiceFilter(
        queryset=Program.objects.only("slug"),
        to_field_name="slug",
        empty_label="any program",
        error_messages=NO_SUCH_PROGRAM,
    )
    group = django_filters.CharFilter(max_length=100)
    since = django_filters.DateFilter(method="by_since", widget=day_input(), error_messages=NO_DAY)
    until = django_filters.DateFilter(method="by_until", widget=day_input(), error_messages=NO_DAY)
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Batch
        fields: list[str] = []

    def by_owner(self, batches: QuerySet[Batch], name: str, value: str) -> QuerySet[Batch]:
        if value == EVERYBODY:
            return batches
        owner = get_user_model().objects.filter(username=value).first()
        return batches.filter(owner=owner) if owner else batches.none()

    def by_status(self, batches: QuerySet[Batch], name: str, value: list[str]) -> QuerySet[Batch]:
        return batches.filter(status__in=value) if value else batches

    def by_since(self, batches: QuerySet[Batch], name: str, value: date) -> QuerySet[Batch]:
        return batches.filter(created_at__gte=in_zone(value, time.min))

    def by_until(self, batches: QuerySet[Batch], name: str, value: date) -> QuerySet[Batch]:
        return batches.filter(created_at__lte=in_zone(value, time.max))

    def by_search(self, batches: QuerySet[Batch], name: str, value: str) -> QuerySet[Batch]:
        """Each word anywhere in what names it."""
        for word in value.split():
            batches = batches.filter(
                reduce(or_, [Q((f"{at}__icontains", word)) for at in SEARCHED])
            )
        return batches
