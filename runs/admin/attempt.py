"""Who has failed to log in, and an end to being locked out for it."""

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.http import HttpRequest

from .staff import StaffAdmin


@admin.register(AccessAttempt)
class AttemptAdmin(StaffAdmin):
    """Deleting one unlocks that name at that address."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username__startswith", "ip_address__startswith"]
    # what was typed is nobody's business
    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
