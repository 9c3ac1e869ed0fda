"""What people asked for, and the clean-up of it. Deleting always takes the files along."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from runs.cleanup.deletion import run_size
from runs.lifecycle.services import delete_run
from runs.models import Run

from .deleting import DeletableAdmin, Deletion, delete_with_files
from .run_actions import RELATED, cancel, retry

BIG_COLUMNS = ["search_text", "progress", "overrides", "handle", "notes"]


def name_of(run: Run) -> str:
    return f"{run.name} {run.pk}"


def refusal(run: Run) -> str:
    return "" if run.can_delete else f"{run.status}: cancel it first"


def address_of(run: Run) -> str:
    return reverse("run", args=[run.pk])


@admin.register(Run)
class RunAdmin(DeletableAdmin):
    deletion = Deletion("run", RELATED, run_size, delete_run, refusal, name_of, address_of)
    list_display = [
        "id", "status", "name", "group", "project", "program", "owner", "created_at", "ended_at",
    ]  # fmt: skip
    list_filter = ["status", "program", "project", "created_at"]
    list_select_related = ["project", "program", "owner"]
    search_fields = ["search_text"]
    search_help_text = "Id, name, group, project, program, tags and notes"
    actions = [cancel, retry, delete_with_files]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer(*BIG_COLUMNS)

    def view_on_site(self, obj: Run) -> str:
        return address_of(obj)
