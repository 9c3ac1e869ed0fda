"""Cancel, retry and delete: one run from its page, or many from the list."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from runs.access import require_act_on, visible
from runs.accounts.limits import require_rate
from runs.cleanup.deletion import run_size
from runs.errors import FusionwebError, InvalidInput, RunStillActive
from runs.health.setup import require_setup
from runs.lifecycle.services import cancel_run, delete_run, retry_run
from runs.models import Run
from runs.web.deleting import (
    Noun,
    Results,
    ask_to_confirm,
    delete_and_tell,
    in_one_sentence,
    safe_next,
)
from runs.web.templatetags.show import count
from runs.web.undo import deleted_and_gone
from runs.web.views.loading import get_run_to_act_on

MOST_RUNS = 500
LONGEST_GRACE_SECONDS = 3600
# A second press of the same button must not make a second run.
DOUBLE_CLICK = timedelta(seconds=2)


def actor_of(request: HttpRequest) -> Any:
    """Somebody logged in: the middleware lets nobody else come here."""
    return request.user


@require_POST
def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """`grace_seconds` may say how long a running one has to end itself; 0 kills at once."""
    run = get_run_to_act_on(request, run_id)
    grace = read_grace(request.POST.get("grace_seconds", ""))
    cancel_run(actor=actor_of(request), run=run, grace_seconds=grace)
    words = f"Cancelled {run.name}." if run.is_final else f"Stopping {run.name}."
    return stay(request, words, reverse("run", args=[run.pk]))


def read_grace(written: str) -> float | None:
    """Empty means the default. Raises InvalidInput."""
    if not written:
        return None
    try:
        grace = float(written)
    except ValueError:
        grace = -1.0
    if not 0 <= grace <= LONGEST_GRACE_SECONDS:
        raise InvalidInput(
            f"The grace period is a number of seconds from 0 to {LONGEST_GRACE_SECONDS}.",
            "grace_seconds",
        )
    return grace


@require_POST
def retry(request: HttpRequest, run_id: str) -> HttpResponse:
    run = get_run_to_act_on(request, run_id)
    just_now = run.heirs.filter(
        origin_kind=Run.Origin.RETRY, created_at__gt=timezone.now() - DOUBLE_CLICK
    ).first()
    again = just_now or retry_once(request, run)
    return move_on(request, f"{again.name} waits for its turn again.", "run", again.pk)


def retry_once(request: HttpRequest, run: Run) -> Run:
    require_setup(with_text=True)
    require_rate(request.user)
    return retry_run(actor=actor_of(request), run=run)


@require_POST
def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """First asks, saying how much goes; `confirm` must then be the run's name."""
    run = get_run_to_act_on(request, run_id)
    if not run.can_delete:
        raise RunStillActive("This run has not ended. Cancel it first.")
    address = reverse("run_delete", args=[run.pk])
    if question := ask_to_confirm(request, RUN, [run], address):
        return question
    gone = Results([delete_run(actor=actor_of(request), run=run)])
    address = reverse("run_list")
    return deleted_and_gone(request, gone.words(RUN), gone.undo, level=gone.level, address=address)


@require_POST
def act_on_many(request: HttpRequest) -> HttpResponse:
    """`action` on each `run`; what cannot be done to one does not keep it from the others."""
    ids = request.POST.getlist("run")
    if not ids:
        raise InvalidInput("No run is selected.")
    if len(ids) > MOST_RUNS:
        raise InvalidInput(f"At most {MOST_RUNS} runs at a time.")
    action = request.POST.get("action", "")
    if action not in {*ACTIONS, "delete"}:
        raise InvalidInput("Runs can be cancelled, retried and deleted.", "action")
    wanted = Run.objects.filter(pk__in=ids).select_related("project", "program", "owner")
    runs = list(visible(request.user, wanted))
    if action == "delete":
        return delete_many(request, runs)
    if action == "retry":
        require_setup(with_text=True)
        require_rate(request.user)
    words, failures = apply(action, request.user, runs)
    return stay(request, f"{words} {in_one_sentence(failures)}", reverse("run_list"), failures)


def delete_many(request: HttpRequest, chosen: Sequence[Run]) -> HttpResponse:
    runs, refused = deletable(request.user, chosen)
    if not runs:
        raise RunStillActive(in_one_sentence(refused) or "These runs are gone already.")
    if question := ask_to_confirm(request, RUN, runs, refused=refused):
        return question
    return delete_and_tell(request, RUN, runs)


def deletable(user: Any, runs: Sequence[Run]) -> tuple[list[Run], list[str]]:
    """Those that can be deleted, and why the others cannot: said before anybody confirms."""
    kept, refused = [], []
    for run in runs:
        try:
            require_act_on(user, run)
        except FusionwebError as error:
            refused.append(f"{run.name}: {error.message}")
            continue
        if run.can_delete:
            kept.append(run)
        else:
            refused.append(f"{run.name}: it has not ended. Cancel it first.")
    return kept, refused


def apply(action: str, user: Any, runs: Sequence[Run]) -> tuple[str, list[str]]:
    """What was done, in words, and a sentence for each run it could not be done to."""
    results: list[Any] = []
    failures: list[str] = []
    for run in runs:
        try:
            results.append(ACTIONS[action](actor=user, run=run))
        except FusionwebError as error:
            failures.append(f"{run.name}: {error.message}")
    words = DONE[action].format(count(len(results), "run"))
    return words, failures


def stay(
    request: HttpRequest, words: str, default: str, failures: Sequence[str] = ()
) -> HttpResponse:
    """The page stays and updates itself: htmx gets a toast, others return to where they were."""
    level = "warning" if failures else "success"
    if request.htmx:  # type: ignore[attr-defined]
        toast = {"message": words.strip(), "level": level}
        response = trigger_client_event(HttpResponse(status=204), "toast", toast)
        return trigger_client_event(response, "fusionweb:acted", {})
    messages.add_message(request, messages.WARNING if failures else messages.SUCCESS, words)
    return redirect(safe_next(request, default))


def move_on(request: HttpRequest, words: str, name: str, *args: str) -> HttpResponse:
    messages.success(request, words)
    address = reverse(name, args=args)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    return redirect(address)


ACTIONS: dict[str, Callable[..., Any]] = {
    "cancel": cancel_run,
    "retry": retry_run,
}
DONE = {"cancel": "Cancelling {}.", "retry": "Queued {} again."}
RUN = Noun(
    word="run",
    list_name="run_list",
    actions_name="run_actions",
    along=", with log, results and checkpoints",
    measure=run_size,
    delete=delete_run,
    name_of=attrgetter("name"),
)
