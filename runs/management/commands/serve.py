"""The web process alone: pages and sockets."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runs.alerts.processes import beside_web


class Command(BaseCommand):
    help = "Serves pages and sockets until SIGTERM or Ctrl-C; sockets are closed with 1012."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        # Twisted takes its event loop when it is first imported: not before it is needed
        from twisted.internet import asyncioreactor

        asyncioreactor.install()

        from fusionweb.asgi import application
        from runs.web.server import serve

        with beside_web():
            listened = serve(application, options["host"], options["port"])
        if not listened:
            raise CommandError(f"cannot listen on {options['host']}:{options['port']}")
