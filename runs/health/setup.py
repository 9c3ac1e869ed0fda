"""Whether anything can be made here at all: asked before sessions and runs are."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Exists
from django.utils import timezone

from runs.errors import Missing, SetupIncomplete
from runs.lifecycle.places import catalogue, status_root
from runs.models import Program, Run, Supervisor
from runs.models.supervisor import DOWN_AFTER

READY = "ready"
TEMPLATES, SUPERVISOR = "templates", "supervisor"
STATES = {
    "data_root": "incomplete_no_data_root",
    "program": "incomplete_no_program",
    TEMPLATES: "incomplete_no_templates",
    SUPERVISOR: "incomplete_supervisor_down",
}


@dataclass(frozen=True)
class SetupState:
    """`state` is that of the first of `missing`, or `ready`."""

    missing: tuple[Missing, ...]

    @property
    def state(self) -> str:
        return STATES[self.missing[0].field] if self.missing else READY

    @property
    def refuses(self) -> bool:
        """Without a supervisor what is made waits for one."""
        return self.lacks(SUPERVISOR)

    def lacks(self, *but: str) -> bool:
        """Whether something is missing beside those fields."""
        return any(each.field not in but for each in self.missing)


@dataclass(frozen=True)
class Known:
    """What the tables say."""

    programs: tuple[str, ...] = ()
    has_run: bool = False
    supervisor_alive: bool = False


def require_setup(*, with_text: bool = False) -> None:
    """Raises SetupIncomplete where nothing can be made, saying all that is missing.

    Who brings the text of a configuration needs no template.
    """
    found = setup_state()
    if found.lacks(SUPERVISOR, *([TEMPLATES] if with_text else [])):
        said = " ".join(each.reason for each in found.missing)
        raise SetupIncomplete(f"The set-up is not complete. {said}", found.state, found.missing)


def setup_state() -> SetupState:
    """One query, two where there is no program."""
    known = ask_tables()
    reasons = {
        "data_root": fault_of_root(status_root()),
        "program": fault_of_programs(known),
        TEMPLATES: fault_of_templates(known),
        SUPERVISOR: "" if known.supervisor_alive else "No supervisor is running: runs wait.",
    }
    return SetupState(tuple(Missing(field, reasons[field]) for field in STATES if reasons[field]))


def ask_tables() -> Known:
    alive = Supervisor.objects.filter(heartbeat_at__gt=timezone.now() - DOWN_AFTER)
    facts = (Exists(Run.objects.order_by()), Exists(alive))
    found = list(Program.objects.filter(enabled=True).values_list("slug", *facts))
    if not found:
        return Known(supervisor_alive=alive.exists())
    _, has_run, supervisor_alive = found[0]
    return Known(tuple(slug for slug, *_ in found), has_run, supervisor_alive)


def fault_of_root(root: Path) -> str:
    """It is made with the first run, where its folder lets it."""
    there = next(path for path in (root, *root.parents) if os.path.lexists(path))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return ""
    return "Nothing can be written where runs are kept (FUSIONWEB_STATUS_DIRS)."


def fault_of_programs(known: Known) -> str:
    return "" if known.programs else "There is no program that can be launched."


def fault_of_templates(known: Known) -> str:
    """Of what has run, another can be made without a template."""
    if known.has_run:
        return ""
    if any(catalogue().templates(slug) for slug in known.programs):
        return ""
    return "No program has a template."
