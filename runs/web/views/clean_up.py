"""Delete jobs and checkpoints that were found on disk, from their lists and pages."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from runs.access import may_manage, require_staff, visible
from runs.cleanup.deletion import (
    ONLY_MANAGERS,
    checkpoint_size,
    delete_checkpoint,
    delete_job,
    job_size,
)
from runs.cleanup.reasons import checkpoint_refusal, job_refusal, silence
from runs.errors import Conflict, InvalidInput, NotAllowed
from runs.models import Checkpoint, Job
from runs.web.deleting import Noun, ask_to_confirm, delete_and_tell, in_one_sentence

MOST_AT_ONCE = 500
JOB = Noun(
    word="job",
    list_name="job_list",
    actions_name="job_actions",
    along=", with log and results; checkpoints stay",
    measure=job_size,
    delete=delete_job,
    name_of=str,
)
CHECKPOINT = Noun(
    word="checkpoint",
    list_name="checkpoint_list",
    actions_name="checkpoint_actions",
    along=", with its reviews",
    measure=checkpoint_size,
    delete=delete_checkpoint,
    name_of=str,
)


@require_POST
def job_actions(request: HttpRequest) -> HttpResponse:
    """Deletes each `job`, after asking; what is of a project somebody else manages stays.

    Raises NotAllowed where that is all of them.
    """
    rows = Job.objects.filter(pk__in=chosen(request, "job")).select_related("root")
    jobs = list(visible(request.user, rows))
    managed = [job for job in jobs if may_manage(request.user, job)]
    if jobs and not managed:
        raise NotAllowed(ONLY_MANAGERS)

    def refusal(job: Job) -> str:
        return job_refusal(job) if job in managed else "you do not manage its project"

    stale = [f"{job} is {silence(job)}." for job in managed if silence(job)]
    return delete_chosen(request, JOB, jobs, refusal, stale)


@require_POST
def checkpoint_actions(request: HttpRequest) -> HttpResponse:
    """Deletes each `checkpoint`, after asking. Raises NotAllowed but for staff."""
    require_staff(request.user, "Only staff may delete checkpoints.")
    rows = Checkpoint.objects.filter(pk__in=chosen(request, "checkpoint"))
    found = list(rows.select_related("root", "reviewed_by"))
    return delete_chosen(request, CHECKPOINT, found, checkpoint_refusal)


def chosen(request: HttpRequest, word: str) -> list[int]:
    """Raises InvalidInput where nothing or too much is chosen, or something else is ordered."""
    if request.POST.get("action") != "delete":
        raise InvalidInput(f"A {word} can be deleted, and nothing else here.", "action")
    ids = [pk for pk in request.POST.getlist(word) if pk.isascii() and pk.isdigit()]
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise InvalidInput(f"Choose from 1 to {MOST_AT_ONCE}.", word)
    return [int(pk[:18]) for pk in ids]


def delete_chosen(
    request: HttpRequest,
    noun: Noun,
    things: Sequence[Any],
    refusal: Callable[[Any], str],
    notes: Sequence[str] = (),
) -> HttpResponse:
    """What cannot be deleted is said before anybody confirms; `notes` as well."""
    going = [thing for thing in things if not refusal(thing)]
    refused = [f"{thing}: {refusal(thing)}." for thing in things if refusal(thing)]
    if not going:
        raise Conflict(in_one_sentence(refused) or "They are gone already.")
    if question := ask_to_confirm(request, noun, going, refused=refused, notes=notes):
        return question
    return delete_and_tell(request, noun, going)
