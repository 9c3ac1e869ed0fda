"""Launch a run or a batch from a terminal, as the pages do; with --wait, stay until it ends."""

import argparse
import os
import sys
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from runs.analysis.services import cancel_batch
from runs.contract.layout import DEFAULT_GROUP, DEFAULT_PROJECT
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.services import cancel_run
from runs.management.asked import Faults, run_asked
from runs.management.batch_asked import add_batch_arguments, is_batch, launch_batch
from runs.management.batch_waiting import status_of, wait_for_batch
from runs.management.staying import stay
from runs.management.waiting import Terminal, exit_status, wait_for
from runs.models import Batch, Run


class Command(BaseCommand):
    help = "Launches a run, or many of them as a batch; prints its id and its address."
    # What it prints is read by people in a hurry and by scripts: `check` says the rest.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("program")
        parser.add_argument("--project", default=DEFAULT_PROJECT)
        parser.add_argument("--create-project", action="store_true", help="where it is missing")
        parser.add_argument("--group", default=DEFAULT_GROUP)
        parser.add_argument("--name", default="", help="default: the template's")
        parser.add_argument("--template", default="")
        parser.add_argument(
            "--set", action="append", default=[], metavar="SECTION.KEY=VALUE", dest="overrides"
        )
        parser.add_argument("--config", metavar="FILE", help="in the place of the template's text")
        parser.add_argument("--seed", type=int)
        parser.add_argument("--priority", type=int, default=0)
        parser.add_argument("--tag", action="append", default=[], dest="tags")
        parser.add_argument("--notes", default="")
        parser.add_argument("--user", default="", help="default: you, else the first staff user")
        parser.add_argument("--wait", action="store_true", help="show log and progress to the end")
        parser.add_argument(
            "--cancel-on-interrupt", action="store_true", help="with --wait: Ctrl-C cancels it"
        )
        add_batch_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        launched = launch_batch(options) if is_batch(options) else launch(options)
        address = address_of(launched)
        print(launched.pk, address, file=sys.stderr if options["wait"] else sys.stdout)
        if options["wait"]:
            raise SystemExit(stay_with(launched, address, options["cancel_on_interrupt"]))


def launch(options: dict[str, Any]) -> Run:
    faults = Faults()
    owner, request = run_asked(options, faults)
    run: Run = faults.catch(lambda: create_run_in_project(owner=owner, request=request))
    faults.end_if_any()
    return run


def address_of(launched: Run | Batch) -> str:
    path = reverse("run" if isinstance(launched, Run) else "batch", args=[launched.pk])
    return f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{path}"


def stay_with(launched: Run | Batch, address: str, cancel_on_interrupt: bool) -> int:
    terminal = Terminal(sys.stdout, sys.stderr)
    if isinstance(launched, Batch):
        batch = launched
        cancel = partial(cancel_batch, actor=batch.owner, batch=batch)
        return stay(
            terminal,
            lambda: status_of(wait_for_batch(batch, terminal)),
            cancel if cancel_on_interrupt else None,
            f"The batch goes on. Cancel it there: {address}",
        )
    run = launched
    return stay(
        terminal,
        lambda: exit_status(wait_for(run, terminal)),
        partial(cancel_run, actor=run.owner, run=run) if cancel_on_interrupt else None,
        f"The run goes on. Cancel it there: {address}",
    )
