"""An API token, for a script on this machine or for somebody without a browser at hand."""

import argparse
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from runs.accounts.tokens import make_token
from runs.errors import InvalidInput
from runs.models.token import Scope

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Prints a new API token of the user, once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("user", help="user name")
        parser.add_argument("--label", default="made by manage.py token", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may be used for; several times; default: read and run",
        )
        parser.add_argument("--days", type=int, help="how long it works; default: no end")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['user']}")
        if not user.is_active:
            raise CommandError(f"the user {options['user']} is switched off")
        days = options["days"]
        if days is not None and not 0 < days <= MOST_DAYS:
            raise CommandError(f"--days is a whole number from 1 to {MOST_DAYS}")
        try:
            _, text = make_token(
                owner=user,
                label=options["label"],
                scopes=options["scope"] or [Scope.READ, Scope.RUN],
                expires_at=timezone.now() + timedelta(days=days) if days else None,
            )
        except InvalidInput as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)
