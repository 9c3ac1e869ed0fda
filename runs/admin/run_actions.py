"""Cancel, retry, delete with files: what staff may do to many runs at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from runs.cleanup.deletion import Size, run_size
from runs.errors import FusionwebError
from runs.lifecycle.services import cancel_run, delete_run, retry_run
from runs.models import Run
from runs.web.templatetags.show import count, size

from .staff import is_staff

# Beyond it, measuring and moving takes longer than a browser waits.
MOST_AT_ONCE = 500
MOST_FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Doomed:
    """A run about to be deleted, and what goes with it."""

    run: Run
    size: Size


@admin.action(description="Cancel")
def cancel(_: Any, request: HttpRequest, runs: QuerySet[Run]) -> None:
    actor: Any = request.user
    done = act_on_each(request, runs, lambda run: cancel_run(actor=actor, run=run))
    tell(request, done, "told to stop")


@admin.action(description="Retry")
def retry(_: Any, request: HttpRequest, runs: QuerySet[Run]) -> None:
    actor: Any = request.user
    done = act_on_each(request, runs, lambda run: retry_run(actor=actor, run=run))
    tell(request, done, "queued again")


def act_on_each(request: HttpRequest, runs: QuerySet[Run], act: Callable[[Run], Any]) -> list[Any]:
    """What `act` answered for each run it worked on; refusals become messages."""
    if not is_staff(request):
        raise PermissionDenied
    done: list[Any] = []
    refused: list[str] = []
    for run in runs.select_related("project", "program", "owner")[: MOST_AT_ONCE + 1]:
        if len(done) + len(refused) == MOST_AT_ONCE:
            messages.warning(request, f"Stopped after {MOST_AT_ONCE} runs. Do the rest again.")
            break
        try:
            done.append(act(run))
        except FusionwebError as error:
            refused.append(f"{run.name} {run.pk}: {error.message}")
    for sentence in shortened(refused):
        messages.error(request, sentence)
    return done


def shortened(sentences: list[str]) -> list[str]:
    rest = len(sentences) - MOST_FAULTS_SHOWN
    return sentences[:MOST_FAULTS_SHOWN] + ([f"… and {rest} more."] if rest > 0 else [])


def tell(request: HttpRequest, done: list[Any], verb: str) -> None:
    if done:
        messages.success(request, f"{count(len(done), 'run')} {verb}.")


@admin.action(description="Delete with files…")
def delete_with_files(model_admin: Any, request: HttpRequest, runs: QuerySet[Run]) -> HttpResponse:
    """Ask first, naming runs, files and bytes; delete once the answer has been typed."""
    chosen = list(runs.select_related("project", "program", "owner")[:MOST_AT_ONCE])
    doomed = [run for run in chosen if run.can_delete]
    answer = expected_answer(doomed)
    if doomed and request.POST.get("answer", "").strip() == answer:
        return delete_now(request, runs)
    if not is_staff(request):
        raise PermissionDenied
    return TemplateResponse(
        request,
        "admin/runs/run/delete_with_files.html",
        {
            **model_admin.admin_site.each_context(request),
            **measured(doomed),
            "title": "Delete runs with their files",
            "opts": Run._meta,
            "active": [run for run in chosen if not run.can_delete],
            "answer": answer,
            "wrong": "answer" in request.POST,
            "more": runs.count() > MOST_AT_ONCE and MOST_AT_ONCE,
            "checkbox": ACTION_CHECKBOX_NAME,
        },
    )


def expected_answer(doomed: list[Run]) -> str:
    """What has to be typed: the name of one run, the number of several."""
    return doomed[0].name if len(doomed) == 1 else str(len(doomed))


def measured(doomed: list[Run]) -> dict[str, Any]:
    rows = [Doomed(run, run_size(run)) for run in doomed]
    return {
        "doomed": rows,
        "files": sum(row.size.files for row in rows),
        "size": size(sum(row.size.size_bytes for row in rows)),
    }


def delete_now(request: HttpRequest, runs: QuerySet[Run]) -> HttpResponse:
    actor: Any = request.user
    done = act_on_each(request, runs, lambda run: delete_run(actor=actor, run=run))
    files = sum(deleted.files for deleted in done)
    freed = size(sum(deleted.size_bytes for deleted in done))
    tell(request, done, f"deleted: {count(files, 'file')}, {freed}")
    return HttpResponseRedirect(reverse("admin:runs_run_changelist"))
