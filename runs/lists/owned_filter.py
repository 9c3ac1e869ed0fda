"""What runs and batches can be narrowed to alike; every name is one in the address."""

from datetime import date, time
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

from runs.access import visible
from runs.models import Program, Project

from .days import NO_DAY, day_input, in_zone

EVERYBODY = "all"
NO_SUCH_PROJECT = {"invalid_choice": "There is no such project."}
NO_SUCH_PROGRAM = {"invalid_choice": "There is no such program."}
NO_SUCH_STATUS = {"invalid_choice": "There is no status %(value)s."}

Rows = QuerySet[Any]


def projects_seen(request: HttpRequest | None) -> QuerySet[Project]:
    """Those that whoever asks may see; all where nobody is known to ask."""
    projects = Project.objects.all()
    return projects if request is None else visible(request.user, projects)


class OwnedFilter(django_filters.FilterSet):
    """`owner=all` shows everybody's; the page puts the user's own name in where it is missing."""

    owner = django_filters.CharFilter(method="by_owner", max_length=150)
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

    def by_owner(self, rows: Rows, name: str, value: str) -> Rows:
        if value == EVERYBODY:
            return rows
        owner = get_user_model().objects.filter(username=value).first()
        return rows.filter(owner=owner) if owner else rows.none()

    def by_status(self, rows: Rows, name: str, value: list[str]) -> Rows:
        return rows.filter(status__in=value) if value else rows

    def by_since(self, rows: Rows, name: str, value: date) -> Rows:
        return rows.filter(created_at__gte=in_zone(value, time.min))

    def by_until(self, rows: Rows, name: str, value: date) -> Rows:
        return rows.filter(created_at__lte=in_zone(value, time.max))


def with_own(query: Any, username: str) -> Any:
    """The query of an address, with the owner it means when it names none."""
    data = query.copy()
    if not data.get("owner"):
        data["owner"] = username
    return data
