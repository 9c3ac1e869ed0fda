"""A supervisor alone, for systemd and login nodes."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from runs.lifecycle.supervisor.process import Supervisor


class Command(BaseCommand):
    help = "Launches, watches and stops runs until SIGTERM or Ctrl-C; runs go on then."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--name", default="", help="shown beside its heartbeat")

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor(options["name"]).run()
