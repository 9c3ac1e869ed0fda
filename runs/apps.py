"""The one Django app of the project."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from runs.accounts import logins
        from runs.health import checks  # noqa: F401  (registers them)

        logins.connect()
