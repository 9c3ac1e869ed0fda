"""What a command was asked for: looked up by name, with every fault told at once."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from runs.configuration.overrides import merge, parse_override
from runs.errors import ConfigurationInvalid, FusionwebError, InvalidInput, NotFound
from runs.health.setup import require_setup
from runs.lifecycle.places import catalogue
from runs.lifecycle.services import RunRequest
from runs.models import Program, Project

BAD_INPUT = 2
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


def run_asked(options: dict[str, Any], faults: Faults) -> tuple[User, RunRequest]:
    """Everything is looked up before the first complaint. Exits with 2 where a thing is wrong."""
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
    return owner, RunRequest(
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
