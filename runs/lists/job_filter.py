"""What the list of jobs can be narrowed to; every name is one in the address."""

from datetime import date, time

import django_filters
from django.db.models import Q, QuerySet

from runs.contract.status import Status
from runs.discovery.selectors import STALE, running_jobs, stale_jobs
from runs.lists.days import NO_DAY, day_input, in_zone
from runs.lists.owned_filter import NO_SUCH_STATUS
from runs.models import Job
from runs.search import search

SHOWN = ("running", STALE, "completed", "failed", "preempted", "cancelled", "lost", "unknown")
STATUSES = [(status, status) for status in SHOWN]


class JobFilter(django_filters.FilterSet):
    """Of all jobs, whoever started them; those not read well are `fault=1`."""

    status = django_filters.MultipleChoiceFilter(
        method="by_status", choices=STATUSES, error_messages=NO_SUCH_STATUS
    )
    project = django_filters.CharFilter(max_length=255)
    group = django_filters.CharFilter(max_length=255)
    name = django_filters.CharFilter(max_length=255)
    chip = django_filters.CharFilter(max_length=100)
    host = django_filters.CharFilter(method="by_host", max_length=255)
    owner = django_filters.CharFilter(field_name="unix_owner", max_length=100)
    since = django_filters.DateFilter(method="by_since", widget=day_input(), error_messages=NO_DAY)
    until = django_filters.DateFilter(method="by_until", widget=day_input(), error_messages=NO_DAY)
    fault = django_filters.CharFilter(method="by_fault", max_length=1)
    search = django_filters.CharFilter(method="by_search", max_length=200)

    class Meta:
        model = Job
        fields: list[str] = []

    def by_status(self, jobs: QuerySet[Job], name: str, value: list[str]) -> QuerySet[Job]:
        wanted = set(value)
        if not wanted:
            return jobs
        if {STALE, Status.RUNNING.value} <= wanted:
            return jobs.filter(status__in=wanted - {STALE})
        live = {STALE: stale_jobs, Status.RUNNING.value: running_jobs}
        one = wanted & live.keys()
        if not one:
            return jobs.filter(status__in=wanted)
        some = live[one.pop()]()
        if len(wanted) == 1:
            return jobs & some
        # The few that run are asked for apart, or the database would look at all.
        rest = wanted - live.keys()
        return jobs.filter(Q(status__in=rest) | Q(pk__in=some.order_by().values("pk")))

    def by_host(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Whichever of its hosts; a name between blanks is a whole one."""
        return self.by_search(jobs, name, value).filter(hosts__contains=f" {value.strip()} ")

    def by_since(self, jobs: QuerySet[Job], name: str, value: date) -> QuerySet[Job]:
        return jobs.filter(listed_at__gte=in_zone(value, time.min))

    def by_until(self, jobs: QuerySet[Job], name: str, value: date) -> QuerySet[Job]:
        return jobs.filter(listed_at__lte=in_zone(value, time.max))

    def by_fault(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        return jobs.exclude(fault="")

    def by_search(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        return search(jobs, value)
