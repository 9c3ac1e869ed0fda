"""Launch a run from a terminal, as the page does; with --wait, stay until it ends."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.urls import reverse

from runs.configuration.overrides import merge, parse_override
from runs.contract.layout import DEFAULT_GROUP, DEFAULT_PROJECT
from runs.errors import ConfigurationInvalid, FusionwebError, InvalidInput, NotFound
from runs.health.setup import require_setup
from runs.lifecycle.places import catalogue
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.services import RunRequest, cancel_run
from runs.management.waiting import Terminal, exit_status, wait_for
from runs.models import Program, Project, Run

BAD_INPUT = 2
INTERRUPTED = 130
CONFIG_BYTES_MAX = 1024 * 1024


class Faults:
    """Collects what is wrong, so that a person mends all of it at once."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def catch(self, look: Callable[..., Any], *args: Any) -> Any:
        """What `look` answers; None where it raised, which is then a fault."""
        try:
            return look(*args)
        except ConfigurationInvalid as error:
            self.sentences += [str(problem) for problem in error.problems]
        except FusionwebError as error:
            self.sentences.append(error.message)
        return None

    def end_if_any(self) -> None:
        if self.sentences:
            print(*self.sentences, sep="\n", file=sys.stderr)
            raise SystemExit(BAD_INPUT)


class Command(BaseCommand):
    help = "Launches a run; prints its id and its address."
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
            "--cancel-on-interrupt", action="store_true", help="with --wait: Ctrl-C cancels the run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = launch(options)
        print(run.pk, address_of(run), file=sys.stderr if options["wait"] else sys.stdout)
        if options["wait"]:
            raise SystemExit(stay(run, options["cancel_on_interrupt"]))


def launch(options: dict[str, Any]) -> Run:
    """Everything is looked up before the first complaint. Exits with 2 where a thing is wrong."""
    faults = Faults()
    faults.catch(lambda: require_setup(with_text=options["config"] is not None))
    # what else is missing would follow from it
    faults.end_if_any()
    owner = faults.catch(find_user, options["user"])
    program = faults.catch(find_program, options["program"])
    if not options["create_project"]:
        faults.catch(find_project, options["project"])
    text = faults.catch(read_config, options["config"])
    overrides: dict[str, Any] = {}
    for item in options["overrides"]:
        overrides = merge(overrides, faults.catch(parse_override, item) or {})
    if program and options["config"] is None:
        faults.catch(find_template, program, options["template"])
    faults.end_if_any()
    request = RunRequest(
        program=program,
        project=Project(slug=options["project"]),
        group=options["group"],
        name=options["name"] or Path(options["template"] or program.slug).name,
        template=options["template"],
        config_text=text,
        overrides=overrides,
        seed=options["seed"],
        priority=options["priority"],
        tags=options["tags"],
        notes=options["notes"],
    )
    run = faults.catch(lambda: create_run_in_project(owner=owner, request=request))
    faults.end_if_any()
    return run


def find_user(name: str) -> User:
    """The named user, else whoever is at the terminal, else the first staff user."""
    users = get_user_model().objects.filter(is_active=True)
    if name:
        found = users.filter(username=name).first()
        if found is None:
            raise NotFound(f"There is no user {name}.")
        return found
    found = users.filter(username=operating_system_user()).first()
    found = found or users.filter(is_staff=True).order_by("pk").first()
    if found is None:
        raise NotFound("There is no user yet. Make one: manage.py setup")
    return found


def operating_system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container's user may have no name
        return ""


def find_program(slug: str) -> Program:
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        known = Program.objects.values_list("slug", flat=True)
        raise NotFound(f"There is no program {slug}. {listed('Programs', known)}")
    return program


def find_project(slug: str) -> Project:
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        known = Project.objects.values_list("slug", flat=True)
        raise NotFound(
            f"There is no project {slug}. {listed('Projects', known)} Or add --create-project."
        )
    return project


def find_template(program: Program, name: str) -> None:
    """A run needs a configuration: of a template, where no file gives one."""
    known = listed("Templates", [each.name for each in catalogue().templates(program.slug)])
    if not name:
        raise InvalidInput(f"Say --template or --config. {known}", "template")
    try:
        catalogue().get(program.slug, name)
    except NotFound as error:
        raise NotFound(f"There is no template {name} of {program.slug}. {known}") from error


def listed(what: str, names: Any) -> str:
    return f"{what}: {', '.join(list(names)[:20]) or 'none'}."


def read_config(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        with Path(path).open(newline="") as file:
            text = file.read(CONFIG_BYTES_MAX + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInput(f"{path} cannot be read: {reason}", "config") from error
    if len(text) > CONFIG_BYTES_MAX:
        raise InvalidInput(f"{path} is longer than 1 MiB", "config")
    return text


def address_of(run: Run) -> str:
    return f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{reverse('run', args=[run.pk])}"


def stay(run: Run, cancel_on_interrupt: bool) -> int:
    """Show the run to its end; Ctrl-C leaves it running, or cancels it where that was asked."""
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        return exit_status(wait_for(run, terminal))
    except KeyboardInterrupt:
        if not cancel_on_interrupt:
            terminal.say(f"The run goes on. Cancel it there: {address_of(run)}")
            return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone; nothing may be written to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    return cancel_and_stay(run, terminal)


def cancel_and_stay(run: Run, terminal: Terminal) -> int:
    terminal.say("Cancelling. Ctrl-C again leaves it to itself.")
    try:
        cancel_run(actor=run.owner, run=run)
    except FusionwebError as error:
        terminal.say(error.message)
    try:
        return exit_status(wait_for(run, terminal))
    except KeyboardInterrupt:
        return INTERRUPTED
