"""Cancel, retry what failed, and delete a batch, from its page."""

from operator import attrgetter

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from runs.accounts.limits import require_rate
from runs.analysis.services import cancel_batch, delete_batch, retry_failed
from runs.analysis.sizes import batch_size
from runs.errors import BatchStillActive
from runs.health.setup import require_setup
from runs.web.deleting import Noun, Results, ask_to_confirm
from runs.web.templatetags.show import count
from runs.web.undo import deleted_and_gone

from .loading import get_batch_to_act_on
from .run_actions import actor_of, stay


@require_POST
def cancel(request: HttpRequest, batch_id: str) -> HttpResponse:
    batch = get_batch_to_act_on(request, batch_id)
    cancel_batch(actor=actor_of(request), batch=batch)
    return stay(request, f"Cancelling {batch.name}.", reverse("batch", args=[batch.pk]))


@require_POST
def retry(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Of two presses the second finds nothing left to retry."""
    batch = get_batch_to_act_on(request, batch_id)
    require_setup(with_text=True)
    require_rate(request.user)
    retried = retry_failed(actor=actor_of(request), batch=batch)
    words = f"Queued {count(retried, 'run')} again."
    return stay(request, words, reverse("batch", args=[batch.pk]))


@require_POST
def delete(request: HttpRequest, batch_id: str) -> HttpResponse:
    """First asks, saying how much goes; `confirm` must then be the batch's name."""
    batch = get_batch_to_act_on(request, batch_id)
    if not batch.can_delete:
        raise BatchStillActive("This batch has not ended. Cancel it first.")
    address = reverse("batch_delete", args=[batch.pk])
    if question := ask_to_confirm(request, BATCH, [batch], address):
        return question
    gone = Results([delete_batch(actor=actor_of(request), batch=batch)])
    address = reverse("batch_list")
    return deleted_and_gone(
        request, gone.words(BATCH), gone.undo, level=gone.level, address=address
    )


BATCH = Noun(
    word="batch",
    list_name="batch_list",
    actions_name="batch_list",
    along=", with all of its runs, their logs, results and checkpoints",
    return_words="Each run can be put back from the trash; the statistics go for good.",
    measure=batch_size,
    delete=delete_batch,
    name_of=attrgetter("name"),
)
