"""What the audit page can be narrowed to; every name is one in the address."""

import json
import re
from datetime import date, datetime, time, timedelta

import django_filters
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from runs.lists.days import NO_DAY, day_input, in_zone
from runs.models import Event
from runs.models.event import BY_PEOPLE

TOPICS = (
    "accounts", "admin", "alerts", "checkpoints", "jobs", "projects", "roots", "runs", "sessions",
    "trash",
)  # fmt: skip
VIA = [("browser", "browser"), ("script", "script")]
SYSTEM = [("1", "yes")]
# A run's id, or a row by its noun and number: looked up in an index, not in texts.
SUBJECT = re.compile(r"[0-9a-f]{12}|[a-z]+:[0-9]{1,18}|session:[0-9a-f]{12}")
# An event has its time a moment before its number.
SLACK = timedelta(minutes=1)


class AuditFilter(django_filters.FilterSet):
    """Of what people did, or tried to; with `system=1` of all events."""

    actor = django_filters.CharFilter(field_name="actor__username", max_length=150)
    topic = django_filters.ChoiceFilter(choices=[(topic, topic) for topic in TOPICS])
    kind = django_filters.CharFilter(max_length=50)
    object = django_filters.CharFilter(method="by_object", max_length=200)
    project = django_filters.CharFilter(max_length=255)
    via = django_filters.ChoiceFilter(method="by_way", choices=VIA)
    since = django_filters.DateFilter(method="by_since", widget=day_input(), error_messages=NO_DAY)
    until = django_filters.DateFilter(method="by_until", widget=day_input(), error_messages=NO_DAY)
    system = django_filters.ChoiceFilter(method="by_system", choices=SYSTEM)

    class Meta:
        model = Event
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Event]) -> QuerySet[Event]:
        events = super().filter_queryset(queryset)
        return events if self.form.cleaned_data["system"] else events.filter(BY_PEOPLE)

    def by_object(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """A run by its id, anything by `noun:number`, or a text in what is told of it."""
        if SUBJECT.fullmatch(value.strip()):
            return events.filter(subject=value.strip())
        # SQLite keeps JSON as Python writes it, PostgreSQL as the characters themselves
        written = value if connection.vendor == "postgresql" else json.dumps(value)[1:-1]
        told = Cast("payload", TextField())
        return events.annotate(told=told).filter(told__contains=written)

    def by_way(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return events.filter(token__isnull=value == "browser")

    def by_since(self, events: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        begin = in_zone(value, time.min)
        return events.filter(seq__gte=first_seq_at(begin - SLACK), at__gte=begin)

    def by_until(self, events: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        end = in_zone(value, time.max)
        return events.filter(seq__lt=first_seq_at(end + SLACK), at__lte=end)

    def by_system(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """See `filter_queryset`: what is not asked for is a condition as well."""
        return events


def first_seq_at(when: datetime) -> int:
    """The number from which events are not older than `when`: looked for by halving, for numbers
    rise with time, and an index by time would cost every event a write."""
    events = Event.objects.order_by("seq")
    low, high = (
        ends.values_list("seq", flat=True).first() or 0 for ends in (events, events.reverse())
    )
    high += 1
    while low < high:
        middle = (low + high) // 2
        found = events.filter(seq__gte=middle).values_list("seq", "at").first()
        if found and found[1] < when:
            low = found[0] + 1
        else:
            high = middle
    return low
