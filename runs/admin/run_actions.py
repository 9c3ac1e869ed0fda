"""Cancel and retry: what staff may do to many runs at once, beside deleting them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from runs.lifecycle.services import cancel_run, retry_run
from runs.models import Run
from runs.web.templatetags.show import count

from .deleting import act_on_each

RELATED = ("project", "program", "owner")


@admin.action(description="Cancel")
def cancel(_: Any, request: HttpRequest, runs: QuerySet[Run]) -> None:
    actor: Any = request.user
    done = act_on_each(request, runs, RELATED, lambda run: cancel_run(actor=actor, run=run))
    tell(request, done, "told to stop")


@admin.action(description="Retry")
def retry(_: Any, request: HttpRequest, runs: QuerySet[Run]) -> None:
    actor: Any = request.user
    done = act_on_each(request, runs, RELATED, lambda run: retry_run(actor=actor, run=run))
    tell(request, done, "queued again")


def tell(request: HttpRequest, done: list[Any], verb: str) -> None:
    if done:
        messages.success(request, f"{count(len(done), 'run')} {verb}.")
