"""The rules of retention; each project's page rehearses and applies them."""

from django.contrib import admin
from django.urls import reverse

from runs.models import Retention

from .staff import StaffAdmin


@admin.register(Retention)
class RetentionAdmin(StaffAdmin):
    list_display = ["project", "subject", "keep_latest", "keep_approved", "keep_best",
                    "best_metric", "older_than_days", "budget_bytes", "automatic",
                    "applied_at"]  # fmt: skip
    list_filter = ["subject", "automatic"]
    list_select_related = ["project"]
    readonly_fields = ["applied_at"]

    def view_on_site(self, obj: Retention) -> str:
        return reverse("project_retention", args=[obj.project.slug])
