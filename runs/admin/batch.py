"""Runs made together, and the clean-up of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from runs.analysis.selectors import BatchCounts, counts_of, outcome
from runs.analysis.services import batch_size, cancel_batch, delete_batch, retry_failed
from runs.models import Batch
from runs.web.templatetags.show import count

from .deleting import DeletableAdmin, Deletion, act_on_each, delete_with_files

RELATED = ("project", "program", "owner")
BIG_COLUMNS = ["result", "config_text", "points", "overrides", "notes"]


def name_of(batch: Batch) -> str:
    return f"{batch.name} {batch.pk}"


def refusal(batch: Batch) -> str:
    return "" if batch.can_delete else f"{batch.status}: cancel it first"


def address_of(batch: Batch) -> str:
    return reverse("batch", args=[batch.pk])


@admin.action(description="Cancel")
def cancel(_: Any, request: HttpRequest, batches: QuerySet[Batch]) -> None:
    actor: Any = request.user
    done = act_on_each(
        request, batches, RELATED, lambda batch: cancel_batch(actor=actor, batch=batch)
    )
    if done:
        messages.success(request, f"{count(len(done), 'batch,batches')} told to stop.")


@admin.action(description="Retry what failed")
def retry(_: Any, request: HttpRequest, batches: QuerySet[Batch]) -> None:
    actor: Any = request.user
    done = act_on_each(
        request, batches, RELATED, lambda batch: retry_failed(actor=actor, batch=batch)
    )
    if done:
        messages.success(request, f"{count(sum(done), 'run')} queued again.")


@admin.register(Batch)
class BatchAdmin(DeletableAdmin):
    deletion = Deletion(
        "batch",
        RELATED,
        batch_size,
        delete_batch,
        refusal,
        name_of,
        address_of,
        plural="batches",
    )
    list_display = [
        "id", "kind", "status", "name", "group", "project", "program", "owner", "created_at",
        "ended_at",
    ]  # fmt: skip
    list_filter = ["status", "kind", "program", "project", "created_at"]
    list_select_related = RELATED
    search_fields = ["id", "name", "group", "project__slug", "program__slug", "owner__username"]
    search_help_text = "Id, name, group, project, program and owner"
    readonly_fields = ["iterations_told"]
    actions = [cancel, retry, delete_with_files]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        """Whole for one alone: a list needs the points of none."""
        match = request.resolver_match
        batches = super().get_queryset(request)
        is_list = match is None or "object_id" not in match.kwargs
        return batches.defer(*BIG_COLUMNS) if is_list else batches

    @admin.display(description="iterations")
    def iterations_told(self, batch: Batch) -> str:
        counts: BatchCounts = counts_of(batch)
        return outcome(counts)

    def view_on_site(self, obj: Batch) -> str:
        return address_of(obj)
