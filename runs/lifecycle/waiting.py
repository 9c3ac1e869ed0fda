"""The queue as the database has it, and the place of each who waits in it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import or_
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from runs.contract.status import Status
from runs.events import latest_seq
from runs.models import Batch, Run, Turn

from .queue import Lane, Queue, Stream

# A run that its creation session still holds takes no slot, and is nobody's to take over.
SESSION_HOLDS = "session:"
# As a range, not as "not empty": so both database engines find it by the index run_waiting.
CLAIMED = Q(claimed_by__gt="") & ~Q(claimed_by__startswith=SESSION_HOLDS)
HELD = Q(status=Status.RUNNING) | Q(status=Status.PENDING) & CLAIMED

# Past this nobody counts any more, and a list stays quick however long the queue is,
COUNTED_AHEAD = 1000
# or however many batches are in it: so many looks at one of them.
LOOKS = 100_000
KEPT_SECONDS = 60


class Place(NamedTuple):
    """`ahead` runs will begin before this one (`or_more`: or even more), `urgent` of them for
    their priority. `own_limit` is that of its batch where it holds so many slots, else 0."""

    ahead: int
    urgent: int = 0
    or_more: bool = False
    own_limit: int = 0


class Forecast(NamedTuple):
    """The places of those that begin first, in that order, by the runs' ids; of so many at most
    as were `counted`. `full` are the own limits of the batches that hold so many slots."""

    places: dict[str, Place]
    counted: int
    full: dict[str, int]

    def knows(self, run: Run) -> bool:
        return run.pk in self.places or len(self.places) == self.counted

    def of(self, run: Run) -> Place:
        place = self.places.get(run.pk) or Place(self.counted, or_more=True)
        return place._replace(own_limit=self.full.get(run.batch_id or "", 0))


def waiting_runs() -> QuerySet[Run]:
    """Those that anybody may take, in no order."""
    return Run.objects.filter(status=Status.PENDING, claimed_by="").order_by()


def in_lane(lane: Lane) -> QuerySet[Run]:
    """In the order in which they begin."""
    stream = lane.stream
    runs = waiting_runs().filter(
        owner=stream.owner, batch=stream.batch or None, priority=lane.priority
    )
    return runs.order_by("created_at", "pk")


def queue_now(now: datetime, taken: Iterable[Stream]) -> Queue:
    """As it is at this moment, `taken` being the slots held, in at most three queries."""
    lanes = [
        Lane(Stream(owner, batch or ""), priority, size, since)
        for owner, batch, priority, size, since in waiting_runs()
        .values_list("owner", "batch", "priority")
        .annotate(Count("pk"), Min("created_at"))
    ]
    streams = {lane.stream for lane in lanes}
    return Queue(
        lanes,
        held=taken,
        # a single stream has no rival
        turns=last_turns(streams) if len(streams) > 1 else {},
        limits=own_limits({stream.batch for stream in streams if stream.batch}),
        now=now,
    )


def held() -> list[Stream]:
    """Of every slot that is taken whose it is, the one that began first first."""
    found = Run.objects.filter(HELD).order_by()
    runs = list(found.values_list("owner", "batch", "started_at", "created_at"))
    runs.sort(key=lambda run: (run[2] is None, run[2] or run[3], run[3]))
    return [Stream(owner, batch or "") for owner, batch, _, _ in runs]


def last_turns(streams: Iterable[Stream]) -> dict[str, datetime]:
    keys = {key for stream in streams for key in stream.turn_keys()}
    return dict(Turn.objects.filter(key__in=keys).values_list("key", "at"))


def own_limits(batches: Collection[str]) -> dict[str, int]:
    limited = Batch.objects.filter(pk__in=batches, max_running__isnull=False)
    found = limited.values_list("pk", "max_running")
    return {pk: limit for pk, limit in found if limit is not None}


def places_of(runs: Iterable[Run], slots: int) -> dict[str, Place]:
    """By id, of those that wait; in so many queries whatever waits."""
    waiting = [run for run in runs if run.status == Status.PENDING and not run.claimed_by]
    if not waiting:
        return {}
    forecast = forecast_now(slots)
    if not all(map(forecast.knows, waiting)):
        forecast = forecast_now(slots, anew=True)
    return {run.pk: forecast.of(run) for run in waiting}


def first_in_line(at_most: int, slots: int) -> list[str]:
    """The ids of those that will begin first, in that order."""
    return list(forecast_now(slots).places)[:at_most]


def forecast_now(slots: int, *, anew: bool = False) -> Forecast:
    """Made after an event, or where that is asked for: else nobody has come or gone."""
    asked = (latest_seq(), slots)
    known: tuple[tuple[int, int], Forecast] | None = cache.get("queue-forecast")
    if known and known[0] == asked and not anew:
        return known[1]
    found = forecast(queue_now(timezone.now(), held()), slots)
    cache.set("queue-forecast", (asked, found), KEPT_SECONDS)
    return found


def forecast(queue: Queue, slots: int) -> Forecast:
    """The places of the first `COUNTED_AHEAD`, of fewer where very many batches wait."""
    full = {stream.batch: queue.limits[stream.batch] for stream in queue.full}
    counted = min(COUNTED_AHEAD, LOOKS // max(1, len(queue.left)))
    order = list(islice(queue.order(slots), counted))
    runs = {lane: iter(ids) for lane, ids in first_of_lanes(Counter(order)).items()}
    served: Counter[int] = Counter()
    places = {}
    for ahead, lane in enumerate(order):
        urgent = sum(n for priority, n in served.items() if priority > lane.priority)
        served[lane.priority] += 1
        for pk in islice(runs[lane], 1):
            places[pk] = Place(ahead, urgent)
    return Forecast(places, counted, full)


def first_of_lanes(wanted: Mapping[Lane, int]) -> dict[Lane, list[str]]:
    """The ids of so many runs of each lane, in the order in which they begin, in one query."""
    found: dict[tuple[Stream, int], list[str]] = {lane[:2]: [] for lane in wanted}
    if wanted:
        any_of = [Q(pk__in=in_lane(lane).values("pk")[:n]) for lane, n in wanted.items()]
        runs = Run.objects.filter(reduce(or_, any_of)).order_by("created_at", "pk")
        for pk, owner, batch, priority in runs.values_list("pk", "owner", "batch", "priority"):
            found[Stream(owner, batch or ""), priority].append(pk)
    return {lane: found[lane[:2]] for lane in wanted}
