"""Who launches, watches and stops, and when it was last heard of."""

from django.contrib import admin

from runs.models import Supervisor

from .staff import ReadOnlyAdmin


@admin.register(Supervisor)
class SupervisorAdmin(ReadOnlyAdmin):
    list_display = ["name", "alive", "host", "pid", "slots", "started_at", "heartbeat_at"]
    search_fields = ["name", "host"]

    @admin.display(boolean=True)
    def alive(self, supervisor: Supervisor) -> bool:
        return supervisor.is_alive
