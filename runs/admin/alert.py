"""Alerts, as they were raised and acknowledged."""

from django.contrib import admin

from runs.models import Alert

from .staff import ReadOnlyAdmin


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["raised_at", "kind", "message", "count", "over_at", "acknowledged_by"]
    list_filter = ["kind", "raised_at"]
    list_select_related = ["acknowledged_by"]
    ordering = ["-raised_at", "-pk"]
