"""Everything on one machine: database, web process, supervisor, an example run."""

import argparse
import socket
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from runs.accounts.login_link import make_login_link
from runs.lifecycle.places import catalogue
from runs.lifecycle.services import RunRequest, create_run
from runs.management.keeper import Keeper
from runs.models import Program, Project, Run

READY_SECONDS = 120.0
EXAMPLE_TEMPLATE = "quick_seconds"


class Command(BaseCommand):
    help = "Brings the database up to date, then runs web and supervisor until Ctrl-C."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--no-example", action="store_true", help="launch no example run on an empty database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        require_free_address(host, port)
        self.prepare()
        manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
        keeper = Keeper(
            {
                "web": [*manage, "serve", "--host", host, "--port", str(port)],
                "supervisor": [*manage, "supervise"],
            }
        )
        try:
            keeper.start()
            if not options["no_example"]:
                launch_example()
            if wait_until_served(host, port, keeper):
                self.welcome(shown_address(host, port))
            keeper.keep()
        finally:
            keeper.end()

    def prepare(self) -> None:
        Path(settings.FUSIONWEB_DATA).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("setup", verbosity=0)
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            call_command("collectstatic", verbosity=0, interactive=False)

    def welcome(self, address: str) -> None:
        staff = first_staff_user()
        self.stdout.write(f"\nfusionweb is at {address}")
        self.stdout.write(f"Log in as {staff}, once: {make_login_link(staff, address)}")
        self.stdout.write("Ctrl-C ends it; runs go on.\n")
        self.stdout.flush()


def require_free_address(host: str, port: int) -> None:
    """Raises CommandError before anything is started where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no such port"
            raise CommandError(
                f"{host}:{port} cannot be used: {reason}. Choose another with PORT=…"
            ) from error


def wait_until_served(host: str, port: int, keeper: Keeper) -> bool:
    """False where told to stop before. Raises CommandError after two minutes without answer."""
    deadline = time.monotonic() + READY_SECONDS
    while not keeper.stopping:
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            keeper.look()
        if time.monotonic() > deadline:
            raise CommandError(f"{host}:{port} did not answer within {READY_SECONDS:.0f} s")
    return False


def shown_address(host: str, port: int) -> str:
    """What a browser on this machine can open; the wildcard addresses are no hosts."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def first_staff_user() -> Any:
    return get_user_model().objects.filter(is_staff=True, is_active=True).order_by("pk").first()


def launch_example() -> None:
    """One short run of the bundled simulator, so that the first page shows something alive."""
    program = Program.objects.filter(slug="fusion-sim").first()
    names = {template.name for template in catalogue().templates("fusion-sim")}
    if Run.objects.exists() or program is None or EXAMPLE_TEMPLATE not in names:
        return
    request = RunRequest(
        program=program,
        project=Project.objects.get_or_create(slug="general")[0],
        name="example",
        template=EXAMPLE_TEMPLATE,
    )
    create_run(owner=first_staff_user(), request=request)
