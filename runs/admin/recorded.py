"""What staff change in the admin site, as events: the audit trail is one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from runs.access import slug_of
from runs.events import record_event

LONGEST_NAME = 300


class Recorded(admin.ModelAdmin):
    """Told through Django's own hooks, which it calls for each change whatever way it was made.

    Names of fields are told, never what stands in them: one of them is a password.
    """

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_change(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_change(request, "changed", obj, changed_fields(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            record_change(request, "deleted", obj)
        return super().log_deletions(request, queryset)


def record_change(request: HttpRequest, word: str, obj: Any, fields: Iterable[str] = ()) -> None:
    """`word` is added, changed or deleted."""
    actor: Any = request.user
    noun = obj._meta.model_name
    with transaction.atomic():
        record_event(
            topic="admin",
            kind=f"admin.{word}",
            subject=f"{noun}:{obj.pk}",
            payload={"id": obj.pk, "name": str(obj)[:LONGEST_NAME], "fields": list(fields)},
            actor=actor,
            project=slug_of(obj) if hasattr(obj, "project") or noun == "project" else None,
        )


def changed_fields(message: Any) -> list[str]:
    """Out of what Django writes down: a list of {"changed": {"fields": […]}} and the like."""
    parts = message if isinstance(message, list) else []
    said = [what for part in parts if isinstance(part, dict) for what in part.values()]
    return [str(name) for what in said for name in what.get("fields", [])]
