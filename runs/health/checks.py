"""What `manage.py check` says of this machine, beside what Django itself looks at.

Warnings, but for what keeps the dashboard from working at all: Django runs the checks before
every command, also before those that would mend it.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection

from fusionweb.env import SETTINGS
from runs.files.mounts import is_remote

PREFIX = "FUSIONWEB_"
# What a run's program finds in its environment, and may hand on to a server it starts.
OF_PROGRAMS = "FUSIONWEB_RUN_"
# A clock that stands still or is set right now and then is no fault.
BACKWARDS_SECONDS = 3600


@register
def check_machine(app_configs: Sequence[Any] | None, **more: Any) -> list[CheckMessage]:
    return [*data_folder(), *missing_roots(), *database(), *clock(), *times(), *unknown_settings()]


def data_folder() -> Iterator[CheckMessage]:
    """It is made at the first start: then its nearest folder that exists has to take it."""
    folder = Path(settings.FUSIONWEB_DATA)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Error(
            f"FUSIONWEB_DATA={folder}: nothing can be written there.",
            hint="Choose another folder, or give it to the user that runs fusionweb.",
            id="fusionweb.E001",
        )


def roots() -> Iterable[tuple[str, Path]]:
    """What is configured, with the setting it is from."""
    for name in ("FUSIONWEB_STATUS_DIRS", "FUSIONWEB_CHECKPOINT_DIRS"):
        for path in getattr(settings, name):
            yield name, Path(path)


def missing_roots() -> Iterator[CheckMessage]:
    """Those in the data folder are made when they are needed."""
    for name, path in roots():
        own = path.is_relative_to(settings.FUSIONWEB_DATA)
        if not own and not path.is_dir():
            yield Warning(
                f"{name}: {path} is not there.",
                hint="Mount or make it. Until then its jobs or checkpoints stay as last seen.",
                id="fusionweb.W001",
            )


def database() -> Iterator[CheckMessage]:
    name = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and is_remote(name.absolute().parent):
        yield Warning(
            f"The SQLite database {name} lies on a network file system, whose locks do not hold "
            "between web process and supervisor.",
            hint="Put FUSIONWEB_DATA on a local disk, or use PostgreSQL.",
            id="fusionweb.W002",
        )


def clock() -> Iterator[CheckMessage]:
    """Heartbeats, tokens and links would all be from the future."""
    try:
        touched = (Path(settings.FUSIONWEB_DATA) / "bell").stat().st_mtime
    except OSError:
        return
    if touched - time.time() > BACKWARDS_SECONDS:
        yield Warning(
            "The clock of this machine is behind the data folder's last change.",
            hint="Set the clock, then restart web and supervisor.",
            id="fusionweb.W003",
        )


def times() -> Iterator[CheckMessage]:
    if settings.FUSIONWEB_STALE_SECONDS <= settings.FUSIONWEB_HEARTBEAT_SECONDS:
        yield Warning(
            "FUSIONWEB_STALE_SECONDS is not above FUSIONWEB_HEARTBEAT_SECONDS: every run would "
            "seem stale between two heartbeats.",
            hint="Three heartbeats or more leave room for a slow disk.",
            id="fusionweb.W004",
        )


def unknown_settings() -> Iterator[CheckMessage]:
    """A setting with a slip in its name would silently be the default."""
    known = [setting.name for setting in SETTINGS]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known and not name.startswith(OF_PROGRAMS):
            meant = get_close_matches(name, known, 1)
            yield Warning(
                f"{name} is no setting.",
                hint=f"Is {meant[0]} meant?" if meant else "docs/settings.md lists them.",
                id="fusionweb.W005",
            )
