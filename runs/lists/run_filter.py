"""What the list of runs can be narrowed to; every name is one in the address."""

import json
from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone

from runs.access import visible
from runs.contract.status import ACTIVE, FINAL, Status
from runs.models import Program, Project, Run
from runs.search import search

EVERYBODY = "all"
TEST, EXPERIMENTAL = "test", "experimental"
PURPOSES = [(EXPERIMENTAL, "without test runs"), (TEST, "test runs only")]
STATUSES = [(status.value, status.value) for status in Status if status in ACTIVE | FINAL]


NO_SUCH_PROJECT = {"invalid_choice": "There is no such project."}
NO_SUCH_PROGRAM = {"invalid_choice": "There is no such program."}
NO_SUCH_STATUS = {"invalid_choice": "There is no status %(value)s."}
NO_DAY = {"invalid": "Write a day as 2026-11-30."}


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def projects_seen(request: HttpRequest | None) -> QuerySet[Project]:
    """Those that whoever asks may see; all where nobody is known to ask."""
    projects = Project.objects.all()
    return projects if request is None else visible(request.user, projects)


class RunFilter(django_filters.FilterSet):
    """Without `owner` it shows the user's own runs; `owner=all` everybody's."""

    owner = django_filters.CharFilter(method="by_owner", max_length=150)
    status = django_filters.MultipleChoiceFilter(
        method="by_status",
        choices=STATUSES,
        widget=forms.CheckboxSelectMultiple,
        error_messages=NO_SUCH_STATUS,
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
    purpose = django_filters.ChoiceFilter(
        method="by_purpose",
        choices=PURPOSES,
        empty_label="test runs as well",
        error_messages={"invalid_choice": "A run is experimental or a test."},
    )
    group = django_filters.CharFilter(max_length=100)
    batch = django_filters.CharFilter(field_name="batch_id", max_length=12)
    tag = django_filters.CharFilter(method="by_tag", max_length=50)
    since = django_filters.DateFilter(method="by_since", widget=day_input(), error_messages=NO_DAY)
    until = django_filters.DateFilter(method="by_until", widget=day_input(), error_messages=NO_DAY)
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Run
        fields: list[str] = []

    def by_owner(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        if value == EVERYBODY:
            return runs
        owner = get_user_model().objects.filter(username=value).first()
        return runs.filter(owner=owner) if owner else runs.none()

    def by_status(self, runs: QuerySet[Run], name: str, value: list[str]) -> QuerySet[Run]:
        return runs.filter(status__in=value) if value else runs

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

    def by_since(self, runs: QuerySet[Run], name: str, value: date) -> QuerySet[Run]:
        return runs.filter(created_at__gte=in_zone(value, time.min))

    def by_until(self, runs: QuerySet[Run], name: str, value: date) -> QuerySet[Run]:
        return runs.filter(created_at__lte=in_zone(value, time.max))

    def by_search(self, runs: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        return search(runs, value)


def in_zone(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def with_own_runs(query: Any, username: str) -> Any:
    """The query of an address, with the owner it means when it names none."""
    data = query.copy()
    if not data.get("owner"):
        data["owner"] = username
    return data
