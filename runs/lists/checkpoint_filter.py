"""What the list of checkpoints can be narrowed to; every name is one in the address."""

from datetime import date, time

import django_filters
from django.db.models import QuerySet

from runs.lists.days import NO_DAY, day_input, in_zone
from runs.models import Checkpoint
from runs.search import search

YES_NO = [("yes", "complete"), ("no", "incomplete")]
SWITCH = [("1", "yes"), ("0", "no")]
NO_SUCH_REVIEW = {"invalid_choice": "There is no review state %(value)s."}


class CheckpointFilter(django_filters.FilterSet):
    """Without `gone` it shows what is on disk; `gone=1` what has vanished from it."""

    project = django_filters.CharFilter(max_length=255)
    group = django_filters.CharFilter(max_length=255)
    job_name = django_filters.CharFilter(field_name="name", max_length=255)
    root = django_filters.NumberFilter(max_digits=9)
    review = django_filters.ChoiceFilter(
        field_name="decision", choices=Checkpoint.Decision.choices, error_messages=NO_SUCH_REVIEW
    )
    complete = django_filters.ChoiceFilter(
        method="by_complete", choices=YES_NO, error_messages={"invalid_choice": "Say yes or no."}
    )
    latest = django_filters.ChoiceFilter(method="by_latest", choices=SWITCH)
    gone = django_filters.ChoiceFilter(method="by_gone", choices=SWITCH)
    fault = django_filters.ChoiceFilter(method="by_fault", choices=SWITCH)
    since = django_filters.DateFilter(method="by_since", widget=day_input(), error_messages=NO_DAY)
    until = django_filters.DateFilter(method="by_until", widget=day_input(), error_messages=NO_DAY)
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Checkpoint
        fields: list[str] = []

    def by_complete(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: str
    ) -> QuerySet[Checkpoint]:
        return checkpoints.filter(complete=value == "yes")

    def by_latest(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: str
    ) -> QuerySet[Checkpoint]:
        return checkpoints.exclude(latest=Checkpoint.Latest.NO) if value == "1" else checkpoints

    def by_gone(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: str
    ) -> QuerySet[Checkpoint]:
        return checkpoints.filter(gone_at__isnull=value != "1")

    def by_fault(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: str
    ) -> QuerySet[Checkpoint]:
        return checkpoints.exclude(fault="") if value == "1" else checkpoints

    def by_since(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: date
    ) -> QuerySet[Checkpoint]:
        return checkpoints.filter(saved_at__gte=in_zone(value, time.min))

    def by_until(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: date
    ) -> QuerySet[Checkpoint]:
        return checkpoints.filter(saved_at__lte=in_zone(value, time.max))

    def by_search(
        self, checkpoints: QuerySet[Checkpoint], name: str, value: str
    ) -> QuerySet[Checkpoint]:
        return search(checkpoints, value)
