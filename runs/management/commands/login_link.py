"""A one-time login link, for who has no password or forgot it."""

import argparse
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from runs.accounts.login_link import make_login_link


class Command(BaseCommand):
    help = "Prints a link that logs the user in, once."
    # What it prints is read by people in a hurry and by scripts: `check` says the rest.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("user", help="user name")
        parser.add_argument(
            "--base-url", default="http://127.0.0.1:8000", help="where the dashboard is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['user']}")
        if not user.is_active:
            raise CommandError(f"the user {options['user']} is switched off")
        self.stdout.write(make_login_link(user, options["base_url"].rstrip("/")))
