"""What a rule of retention has to judge, read from the tables alone: nobody walks the disk."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.urls import reverse

from runs.cleanup.reasons import Resumptions, activity, approval, silence
from runs.contract.status import ACTIVE, FINAL
from runs.discovery.selectors import running_jobs, stale_before
from runs.lifecycle.places import checkpoint_directory
from runs.models import Checkpoint, Job, Retention, Root, Run, Trash

from .planning import Candidate

CHECKPOINT_COLUMNS = (
    "root", "project", "group", "name", "suffix", "saved_at", "complete", "latest", "decision",
    "pinned", "reviewed_at", "reviewed_by__username", "steps", "score", "files", "size_bytes",
)  # fmt: skip
JOB_COLUMNS = (
    "root", "project", "group", "name", "run_id", "status", "started_at",
    "ended_at", "heartbeat_at", "listed_at", "files", "size_bytes", "ordered_run__status",
    "ordered_run__purpose",
)  # fmt: skip


def candidates(rule: Retention) -> list[Candidate]:
    """Everything in the rule's project that its subject names."""
    if rule.subject == Retention.Subject.CHECKPOINTS:
        return list(checkpoint_candidates(rule))
    return [*job_candidates(rule), *run_candidates(rule)]


def checkpoint_candidates(rule: Retention) -> Iterator[Candidate]:
    rows = (
        Checkpoint.objects.filter(project=rule.project.slug, gone_at=None)
        .select_related("reviewed_by")
        .only(*CHECKPOINT_COLUMNS, *metric_columns(rule))
        .order_by("-saved_at", "-pk")
    )
    used = Resumptions()
    alive = running_names(rule.project.slug)
    newest_seen: set[tuple[Any, ...]] = set()
    roots = Root.objects.in_bulk()
    for row in rows.iterator(2000):
        row.root = roots[row.root_id]
        name = (row.group, row.name)
        series = (row.root_id, *name)
        first = row.complete and series not in newest_seen
        if row.complete:
            newest_seen.add(series)
        yield Candidate(
            kind=Trash.Kind.CHECKPOINT,
            pk=row.pk,
            label=f"{row.group}/{row.name}/{row.suffix}",
            locate=row.get_absolute_url,
            series=series,
            series_name=row.name,
            at=row.saved_at,
            shield=checkpoint_shield(row, used, newest_of_running=first and name in alive),
            approval=approval(row),
            usable=row.complete,
            named_latest=row.latest == Checkpoint.Latest.FILE,
            value=number_of(row, rule.best_metric),
            files=row.files,
            size_bytes=row.size_bytes,
        )


def metric_columns(rule: Retention) -> list[str]:
    """Reading the metrics of 20,000 takes as long as all the rest: only where one is asked for."""
    return ["metrics"] if rule.best_metric not in ("", "steps", "score") else []


def running_names(project: str) -> set[tuple[str, str]]:
    """(group, name) of the jobs of a project that run and were heard of."""
    found = running_jobs().filter(project=project).order_by().values_list("group", "name")
    return set(found)


def checkpoint_shield(row: Checkpoint, used: Resumptions, *, newest_of_running: bool) -> str:
    if row.pinned:
        return approval(row)
    if words := used.sentence(row.directory) if used.used else "":
        return words
    if newest_of_running:
        return "the newest of a running job"
    if not row.complete and row.saved_at > stale_before():
        return "still being written"
    return ""


def number_of(row: Checkpoint, name: str) -> float | None:
    """A metric of its config.json; None where it is missing or no number."""
    if not name:
        return None
    value = getattr(row, name) if name in ("steps", "score") else (row.metrics or {}).get(name)
    return plain_number(value)


def plain_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def job_candidates(rule: Retention) -> Iterator[Candidate]:
    """Jobs, each with the run that ordered it where there is one."""
    rows = (
        Job.objects.filter(project=rule.project.slug)
        .select_related("ordered_run")
        .only(*JOB_COLUMNS)
        .order_by("-listed_at", "-pk")
    )
    approved = approvals_by_run(rule.project.slug)
    in_use = names_in_use(rule.project.slug) | runs_to_be_measured(rule.project.slug)
    values = metrics_of_runs(rule)
    roots = Root.objects.in_bulk()
    for row in rows.iterator(2000):
        row.root = roots[row.root_id]
        run_id = row.ordered_run_id
        is_test = is_test_run(row.ordered_run)
        yield Candidate(
            kind=Trash.Kind.RUN if run_id else Trash.Kind.JOB,
            pk=run_id or row.pk,
            label=f"{row.group}/{row.name}/{row.run_id}",
            locate=partial(reverse, "run", args=[run_id]) if run_id else row.get_absolute_url,
            series=(row.root_id, row.group, row.name, is_test),
            series_name=f"the tests of {row.name}" if is_test else row.name,
            at=row.ended_at or row.heartbeat_at or row.listed_at,
            shield=job_shield(row) or in_use.get(run_id or "", ""),
            approval=approved.get((row.group, row.name, row.run_id), ""),
            usable=row.status in FINAL,
            is_test=is_test,
            value=values.get(run_id or ""),
            files=row.files,
            size_bytes=row.size_bytes,
        )


def is_test_run(run: Run | None) -> bool:
    return run is not None and run.purpose == Run.Purpose.TEST


def job_shield(row: Job) -> str:
    """A rule removes what has ended, and nothing else: silence is not an end."""
    run = row.ordered_run
    if row.status in FINAL and (run is None or run.status in FINAL):
        return ""
    return activity(row) or silence(row) or f"not known to have ended ({row.status})"


def run_candidates(rule: Retention) -> Iterator[Candidate]:
    """Runs that never began, so that no job tells of them."""
    rows = (
        ended_without_job(rule)
        .select_related("project")
        .only("project__slug", "group", "name", "root", "created_at", "ended_at", "purpose")
    )
    in_use = runs_to_be_measured(rule.project.slug)
    for row in rows.iterator(2000):
        yield Candidate(
            kind=Trash.Kind.RUN,
            pk=row.pk,
            label=f"{row.group}/{row.name}/{row.pk}",
            locate=partial(reverse, "run", args=[row.pk]),
            series=(row.root, row.group, row.name),
            series_name=row.name,
            at=row.ended_at or row.created_at,
            shield=in_use.get(row.pk, ""),
            usable=False,
            is_test=is_test_run(row),
        )


def ended_without_job(rule: Retention) -> QuerySet[Run]:
    return Run.objects.filter(project=rule.project, status__in=FINAL, job=None).order_by()


def approvals_by_run(project: str) -> dict[tuple[str, str, str], str]:
    """Of the runs and jobs whose own checkpoints staff approved: which, by whom and when."""
    approved = Q(decision=Checkpoint.Decision.APPROVED) | Q(pinned=True)
    found: dict[tuple[str, str, str], str] = {}
    rows = Checkpoint.objects.filter(approved, project=project).select_related("reviewed_by")
    for row in rows:
        words = f"its checkpoint {row.suffix} is {approval(row)}"
        for run_id in {row.suffix.split("/")[0], row.made_by_id} - {""}:
            found[row.group, row.name, run_id] = words
    return found


def names_in_use(project: str) -> dict[str, str]:
    """Of the ended runs whose own checkpoints a waiting or running run begins from."""
    used = Resumptions()
    if not used.used:
        return {}
    runs = Run.objects.filter(project__slug=project, status__in=FINAL).select_related("project")
    found = {
        run.pk: used.sentence(checkpoint_directory(run) / run.pk)
        for run in runs.only("project__slug", "group", "name")
    }
    return {pk: words for pk, words in found.items() if words}


def runs_to_be_measured(project: str) -> dict[str, str]:
    """Of the ended runs whose batch goes on, or has not read yet what they measured."""
    due = Q(batch__status__in=ACTIVE) | ~Q(batch__revision=F("batch__analysed_revision"))
    runs = Run.objects.filter(due, batch__isnull=False, project__slug=project, status__in=FINAL)
    found = runs.order_by().values_list("pk", "batch", "batch__name")
    return {pk: f"its batch {name} {batch} is not through with it" for pk, batch, name in found}


def metrics_of_runs(rule: Retention) -> dict[str, float | None]:
    """The newest value of the rule's metric of each ended run that told of it."""
    if not rule.best_metric:
        return {}
    runs = Run.objects.filter(project=rule.project, status__in=FINAL).order_by()
    latest = runs.annotate(latest=KeyTransform("latest_metrics", "progress"))
    pairs = latest.values_list("pk", "latest")
    return {
        pk: plain_number(values.get(rule.best_metric))
        for pk, values in pairs
        if isinstance(values, dict)
    }
