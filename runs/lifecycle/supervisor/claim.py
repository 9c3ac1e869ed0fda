"""Take the next run from the queue, so that no two supervisors ever take the same."""

from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from runs.events import take_sequence_lock
from runs.lifecycle.queue import Lane, Queue
from runs.lifecycle.waiting import HELD, held, in_lane, queue_now
from runs.models import Run, Turn

# A supervisor that has not renewed for this long has lost its runs to whoever asks.
LEASE = timedelta(seconds=30)


def claim_next(name: str) -> Run | None:
    """The run that is next, if a slot is free; it is `name`'s from now."""
    return next(iter(claim_free(name, at_most=1)), None)


def claim_free(name: str, *, at_most: int) -> list[Run]:
    """For each free slot the run that is next, in no more queries than for one.

    They come with project and program, and are `name`'s from now.
    """
    with transaction.atomic():
        # counting and claiming must not interleave with another supervisor's
        take_sequence_lock()
        taken = held()
        free = min(at_most, settings.FUSIONWEB_MAX_RUNNING - len(taken))
        return claim_from(queue_now(timezone.now(), taken), free, name) if free > 0 else []


def claim_from(queue: Queue, free: int, name: str) -> list[Run]:
    lanes = serve(queue, free)
    waiting = {lane: iter(first_of(lane, n)) for lane, n in Counter(lanes).items()}
    runs = [run for lane in lanes for run in islice(waiting[lane], 1)]
    mine = claim(name)
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(**mine)
    write_turns(queue, lanes)
    for run in runs:
        run.claimed_by, run.claimed_until = name, mine["claimed_until"]
    return runs


def serve(queue: Queue, times: int) -> list[Lane]:
    lanes = (queue.serve() for _ in range(times))
    return [lane for lane in lanes if lane is not None]


def first_of(lane: Lane, n: int) -> list[Run]:
    """Without what somebody is just cancelling: waiting for them who wait for our lock would be
    for ever, so their slot stays free until the next claim."""
    runs = in_lane(lane).select_related("project", "program")
    return list(runs.select_for_update(skip_locked=True, of=("self",))[:n])


def write_turns(queue: Queue, lanes: list[Lane]) -> None:
    turns = {}
    for stream in {lane.stream for lane in lanes}:
        of_owner, own = stream.turn_keys()
        turns[of_owner] = Turn(key=of_owner, at=queue.turns[stream.owner])
        turns[own] = Turn(key=own, at=queue.turns[stream])
    Turn.objects.bulk_create(
        turns.values(), update_conflicts=True, unique_fields=["key"], update_fields=["at"]
    )


def claim(name: str) -> dict[str, Any]:
    return {"claimed_by": name, "claimed_until": timezone.now() + LEASE}


def take_over_abandoned(name: str, dead: list[str]) -> list[Run]:
    """Claim what supervisors in `dead` held, and whatever lease has run out."""
    abandoned = Run.objects.filter(HELD).exclude(claimed_by=name)
    abandoned = abandoned.filter(
        Q(claimed_by__in=dead) | Q(claimed_until__lt=timezone.now()) | Q(claimed_until=None)
    )
    taken = []
    for run in abandoned:
        mine = Run.objects.filter(pk=run.pk, claimed_by=run.claimed_by)
        if mine.update(**claim(name)):
            run.refresh_from_db()
            taken.append(run)
    return taken


def renew(name: str) -> None:
    Run.objects.filter(HELD, claimed_by=name).update(claimed_until=timezone.now() + LEASE)


def release(name: str) -> None:
    """On a clean end: the next supervisor need not wait for the lease to run out."""
    Run.objects.filter(HELD, claimed_by=name).update(claimed_until=timezone.now())
