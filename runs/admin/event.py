"""What happened, in order: the audit trail."""

from django.contrib import admin

from runs.models import Event

from .staff import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["seq", "at", "kind", "subject", "actor"]
    list_filter = ["topic", "at"]
    list_select_related = ["actor"]
    search_fields = ["subject__startswith", "kind__startswith", "actor__username"]
    search_help_text = "Beginning of a run's id or of a kind, or a user name"
    ordering = ["-seq"]
