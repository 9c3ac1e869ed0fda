"""Rehearse and apply the rules of retention. Everything goes through the trash."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from runs.access import require_manage
from runs.errors import FusionwebError, NotFound
from runs.events import record_event
from runs.models import Checkpoint, Job, Retention, Run, Trash

from .candidates import candidates
from .deletion import discard_checkpoint, discard_job, discard_run
from .planning import Item, Plan, make_plan
from .trash import Deleted

ONLY_MANAGERS = "Only the managers of the project and staff may change or apply retention."
Row = TypeVar("Row", Run, Job, Checkpoint)


@dataclass
class Outcome:
    """What applying a plan did: measured on disk. `stayed` says of what it left why, `left` how
    many it had no time for."""

    deleted: list[Deleted] = field(default_factory=list)
    stayed: list[tuple[Item, str]] = field(default_factory=list)
    left: int = 0

    @property
    def files(self) -> int:
        return sum(each.files for each in self.deleted)

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes for each in self.deleted)


def never() -> bool:
    return False


def plan(rule: Retention) -> Plan:
    """Exactly what the rule would remove now, and why the rest stays; the rule may be unsaved."""
    return make_plan(rule, candidates(rule), timezone.now())


def save_rule(*, actor: Any, rule: Retention) -> None:
    """Raises NotAllowed."""
    require_manage(actor, rule.project, ONLY_MANAGERS)
    with transaction.atomic():
        rule.save()
        record_event(
            topic="trash",
            kind="retention.changed",
            subject=f"retention:{rule.pk}",
            payload={
                "project": rule.project.slug,
                "subject": rule.subject,
                "keep_latest": rule.keep_latest,
                "keep_approved": rule.keep_approved,
                "keep_best": rule.keep_best,
                "older_than_days": rule.older_than_days,
                "budget_bytes": rule.budget_bytes,
                "automatic": rule.automatic,
            },
            actor=actor,
            project=rule.project.slug,
        )


def fingerprint(planned: Plan) -> str:
    """The same for two plans that remove the same."""
    keys = "\n".join(f"{item.candidate.kind} {item.candidate.pk}" for item in planned.going)
    return sha256(keys.encode()).hexdigest()[:16]


def apply(
    rule: Retention,
    planned: Plan,
    *,
    actor: Any,
    is_stopped: Callable[[], bool] = never,
) -> Outcome:
    """Remove what was planned, as staff or a manager of the project. Raises NotAllowed.

    Each is judged once more just before it goes: what was approved, restarted or resumed from
    since the plan was made stays, and is said.
    """
    require_manage(actor, rule.project, ONLY_MANAGERS)
    return carry_out(rule, planned, actor=actor, is_stopped=is_stopped)


def carry_out(
    rule: Retention, planned: Plan, *, actor: User | None, is_stopped: Callable[[], bool]
) -> Outcome:
    """The same for the supervisor, who applies automatic rules: then `actor` is None."""
    now = {item.candidate.key: item for item in plan(rule).items}
    outcome = Outcome()
    # the oldest first: an interruption leaves the newest
    for item in reversed(planned.going):
        if is_stopped():
            outcome.left += 1
            continue
        carry_out_one(item, now.get(item.candidate.key), outcome, actor)
    tell(rule, outcome, actor)
    return outcome


def carry_out_one(item: Item, now: Item | None, outcome: Outcome, actor: User | None) -> None:
    if now is None:
        outcome.stayed.append((item, "it is gone already"))
    elif not now.goes:
        outcome.stayed.append((item, now.why))
    else:
        try:
            outcome.deleted.append(discard(item, actor))
        except FusionwebError as error:
            outcome.stayed.append((item, error.message))


def discard(item: Item, actor: User | None) -> Deleted:
    """Raises what forbids it at this moment."""
    kind, pk = item.candidate.kind, item.candidate.pk
    reason = f"retention: {item.why}"
    if kind == Trash.Kind.RUN:
        runs = Run.objects.select_related("project", "owner")
        return discard_run(found(runs.filter(pk=pk).first()), actor=actor, reason=reason)
    if kind == Trash.Kind.JOB:
        jobs = Job.objects.select_related("root")
        return discard_job(found(jobs.filter(pk=pk).first()), actor=actor, reason=reason)
    checkpoints = Checkpoint.objects.select_related("root")
    row = found(checkpoints.filter(pk=pk).first())
    return discard_checkpoint(row, actor=actor, reason=reason)


def found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("It is gone already.")
    return row


def tell(rule: Retention, outcome: Outcome, actor: User | None) -> None:
    """One event for all of it; each deletion has told of itself."""
    now = timezone.now()
    with transaction.atomic():
        if rule.pk:
            Retention.objects.filter(pk=rule.pk).update(applied_at=now)
        record_event(
            topic="trash",
            kind="retention.applied",
            subject=f"retention:{rule.pk or 0}",
            payload={
                "project": rule.project.slug,
                "subject": rule.subject,
                "deleted": len(outcome.deleted),
                "stayed": len(outcome.stayed),
                "left": outcome.left,
                "files": outcome.files,
                "size_bytes": outcome.size_bytes,
            },
            actor=actor,
            project=rule.project.slug,
        )
