"""Everything a fresh database needs before the first run; run again, it changes nothing."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from runs.lifecycle.bundled import install_bundled

FIRST_STAFF = "admin"


class Command(BaseCommand):
    help = "Registers the bundled simulator and makes a first staff user, where missing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = install_bundled()
        except OSError as error:
            raise CommandError(f"templates cannot be written: {error}") from error
        for sentence in [*done, *make_first_staff()]:
            if options["verbosity"]:
                self.stdout.write(sentence)


def make_first_staff() -> list[str]:
    """A user without a password: `manage.py login_link` lets them in."""
    users = get_user_model().objects
    if users.filter(is_staff=True, is_active=True).exists():
        return []
    if users.filter(username=FIRST_STAFF).exists():
        return [f"no staff user: {FIRST_STAFF} is not staff; make one with createsuperuser"]
    users.create_superuser(FIRST_STAFF)
    return [f"made the staff user {FIRST_STAFF}, without a password"]
