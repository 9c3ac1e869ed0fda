"""Settings from the environment or `.env`: one table of name, kind, default and help.

A bad value stops the start with its name and what was expected. `docs/settings.md` lists
the same table; a test holds the two together.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.utils import get_random_secret_key
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent


def to_bool(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False, "": False}
    return words[text.strip().lower()]


def to_count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def to_positive_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e9:
        raise ValueError
    return seconds


def to_path(text: str) -> Path:
    if not text.strip():
        raise ValueError
    return (BASE_DIR / Path(text).expanduser()).resolve()


def to_paths(text: str) -> list[Path]:
    return [to_path(part) for part in text.split(os.pathsep) if part.strip()]


def to_words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def to_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """An address alone is a network of one."""
    return [ip_network(word) for word in to_words(text)]


def to_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError) as error:
        # OSError: "Europe" is a folder of zones
        raise ValueError from error


def to_zone_or_none(text: str) -> str:
    return to_zone(text) if text else ""


def to_percent(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError
    return number


def to_email_address(text: str) -> str:
    """The address of a mail server, as django-environ writes it."""
    if text and urlsplit(text).scheme not in environ.Env.EMAIL_SCHEMES:
        raise ValueError
    return text


def to_recipients(text: str) -> list[str]:
    recipients = to_words(text)
    for recipient in recipients:
        try:
            validate_email(recipient)
        except ValidationError as error:
            raise ValueError from error
    return recipients


def to_web_address(text: str) -> str:
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError
    return text


def to_redis_address(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError
    return text


def to_level(text: str) -> str:
    return logging.getLevelName(logging.getLevelNamesMapping()[text.strip().upper()])


def to_log_format(text: str) -> str:
    if text not in ("plain", "json"):
        raise ValueError
    return text


def to_executor(text: str) -> str:
    if text != "local":
        raise ValueError
    return text


@dataclass(frozen=True)
class Setting:
    """One row of the table; `read` raises ValueError, KeyError or RuntimeError on a bad value."""

    name: str
    read: Callable[[str], Any]
    default: str
    expected: str
    help: str


SETTINGS = [
    Setting(
        "DEBUG", to_bool, "off", "on or off", "Django's debug pages; never on a shared machine"
    ),
    Setting(
        "SECRET_KEY",
        str,
        "",
        "a text",
        "signs sessions and links; empty: made at the first start and kept in the data folder",
    ),
    Setting(
        "ALLOWED_HOSTS",
        to_words,
        "127.0.0.1,localhost,[::1]",
        "host names with commas between",
        "names under which browsers may ask for the dashboard",
    ),
    Setting(
        "CSRF_TRUSTED_ORIGINS",
        to_words,
        "",
        "origins such as https://lab.example with commas between",
        "origins from which forms and sockets are accepted behind a proxy",
    ),
    Setting(
        "FUSIONWEB_HTTPS",
        to_bool,
        "off",
        "on or off",
        "people reach the dashboard over https, through a proxy that says so in X-Forwarded-Proto: "
        "cookies, redirects and HSTS follow",
    ),
    Setting(
        "FUSIONWEB_TRUSTED_PROXIES",
        to_networks,
        "",
        "addresses or networks with commas between",
        "proxies whose X-Forwarded-For is believed; empty: the address of the connection counts",
    ),
    Setting(
        "FUSIONWEB_LOGIN_ATTEMPTS",
        to_count,
        "5",
        "a whole number from 1",
        "wrong passwords for a name from an address, after which the two are locked out together",
    ),
    Setting(
        "FUSIONWEB_LOGIN_LOCK_MINUTES",
        to_count,
        "15",
        "a whole number from 1",
        "minutes for which they are",
    ),
    Setting(
        "FUSIONWEB_LOGINS_PER_MINUTE",
        to_count,
        "30",
        "a whole number from 1",
        "logins that one address may try within a minute, whatever the names",
    ),
    Setting(
        "FUSIONWEB_RUNS_PER_MINUTE",
        to_count,
        "120",
        "a whole number from 1",
        "runs that one person, and requests for runs that one address, may make within a minute",
    ),
    Setting(
        "DATABASE_URL",
        str,
        "",
        "a database address such as postgres://user:password@host/name",
        "empty: SQLite in the data folder",
    ),
    Setting(
        "REDIS_URL",
        to_redis_address,
        "",
        "an address such as redis://host:6379/0",
        "channel layer and counts of requests for several web processes; empty: in memory",
    ),
    Setting(
        "FUSIONWEB_DATA",
        to_path,
        "data",
        "a folder",
        "database, secret key, status and checkpoint directories",
    ),
    Setting(
        "FUSIONWEB_STATUS_DIRS",
        to_paths,
        "",
        f"folders with {os.pathsep} between",
        "roots of job directories, the first takes new runs; empty: `status` in the data folder",
    ),
    Setting(
        "FUSIONWEB_CHECKPOINT_DIRS",
        to_paths,
        "",
        f"folders with {os.pathsep} between",
        "roots of checkpoints, the first takes new ones; empty: `checkpoints` in the data folder",
    ),
    Setting(
        "FUSIONWEB_TEMPLATES",
        to_paths,
        "",
        f"folders with {os.pathsep} between",
        "roots of configuration templates, one folder a program inside each, "
        "beside those of the bundled simulator; empty: `templates` in the data folder",
    ),
    Setting(
        "FUSIONWEB_PROJECT_TEMPLATES",
        to_paths,
        "",
        f"folders with {os.pathsep} between",
        "roots of project templates, one folder each inside, beside those that come along; "
        "empty: `project_templates` in the data folder",
    ),
    Setting(
        "FUSIONWEB_SESSION_HOURS",
        to_count,
        "24",
        "a whole number from 1",
        "a creation session that nobody touches for this long expires",
    ),
    Setting(
        "FUSIONWEB_TOPOLOGIES",
        to_paths,
        "",
        f"folders with {os.pathsep} between",
        "folders of networks, one JSON file each, beside those of the bundled simulator; "
        "empty: `topologies` in the data folder",
    ),
    Setting("FUSIONWEB_EXECUTOR", to_executor, "local", "local", "where new runs are executed"),
    Setting(
        "FUSIONWEB_MAX_RUNNING", to_count, "2", "a whole number from 1", "runs executing at once"
    ),
    Setting(
        "FUSIONWEB_GRACE_SECONDS",
        to_positive_seconds,
        "10",
        "a number above 0",
        "time between SIGTERM and SIGKILL when a run is cancelled",
    ),
    Setting(
        "FUSIONWEB_STALE_SECONDS",
        to_positive_seconds,
        "300",
        "a number above 0",
        "a running job silent for this long is stale",
    ),
    Setting(
        "FUSIONWEB_HEARTBEAT_SECONDS",
        to_positive_seconds,
        "30",
        "a number above 0",
        "time between two heartbeats of a run in its metadata.json",
    ),
    Setting(
        "FUSIONWEB_MIN_FREE_MB",
        to_count,
        "200",
        "a whole number from 1",
        "free space below which no run is accepted or started, in MB",
    ),
    Setting(
        "FUSIONWEB_SCAN_SECONDS",
        to_positive_seconds,
        "60",
        "a number above 0",
        "time between two looks at what changed under a root that no watch can be set on",
    ),
    Setting(
        "FUSIONWEB_CLUSTER_TIME_ZONE",
        to_zone_or_none,
        "",
        "a zone such as Europe/Berlin",
        "zone of times that jobs write without one; empty: that of TIME_ZONE",
    ),
    Setting(
        "FUSIONWEB_TRASH_DAYS",
        to_count,
        "7",
        "a whole number from 1",
        "days for which what was deleted can be had back",
    ),
    Setting(
        "FUSIONWEB_EVENT_DAYS",
        to_count,
        "365",
        "a whole number from 1",
        "days for which events are kept: what the audit page knows",
    ),
    Setting(
        "FUSIONWEB_DISK_ALERT_PERCENT",
        to_percent,
        "90",
        "a whole number from 1 to 100",
        "use of a disk with runs or checkpoints on it from which an alert is raised",
    ),
    Setting(
        "FUSIONWEB_PUBLIC_ADDRESS",
        to_web_address,
        "",
        "an address such as https://lab.example",
        "under which people reach the dashboard: the start of links in alerts",
    ),
    Setting(
        "EMAIL_URL",
        to_email_address,
        "",
        "an address such as smtp+tls://user:password@host:587",
        "mail server for alerts; empty: none is sent",
    ),
    Setting(
        "FUSIONWEB_EMAIL_FROM",
        str,
        "fusionweb@localhost",
        "a mail address",
        "sender of alerts by mail",
    ),
    Setting(
        "FUSIONWEB_ALERT_EMAILS",
        to_recipients,
        "",
        "mail addresses with commas between",
        "who gets alerts by mail",
    ),
    Setting(
        "FUSIONWEB_ALERT_WEBHOOK",
        to_web_address,
        "",
        "an address such as https://chat.example/hook",
        "gets a POST with a JSON object for each alert",
    ),
    Setting("TIME_ZONE", to_zone, "UTC", "a zone such as Europe/Berlin", "zone of shown times"),
    Setting("LOG_LEVEL", to_level, "INFO", "a level such as INFO", "of the server's own log"),
    Setting(
        "FUSIONWEB_LOG_FORMAT",
        to_log_format,
        "plain",
        "plain or json",
        "lines of the server's own log for people, or one JSON object each",
    ),
]


# Who knows one of these may act in our name: a bad value is not quoted either.
SECRETS = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "FUSIONWEB_ALERT_WEBHOOK"}


def read_settings() -> dict[str, Any]:
    """Every setting by name. Raises ImproperlyConfigured naming the bad one."""
    environ.Env.read_env(BASE_DIR / ".env")
    return {setting.name: read_one(setting) for setting in SETTINGS}


def read_one(setting: Setting) -> Any:
    text = os.environ.get(setting.name, setting.default)
    try:
        return setting.read(text)
    except (ValueError, KeyError, RuntimeError):
        # RuntimeError: the home of a user who does not exist
        shown = "…" if setting.name in SECRETS else repr(text)
        raise ImproperlyConfigured(
            f"{setting.name}={shown} cannot be used: expected {setting.expected}"
        ) from None


def read_or_make_secret_key(path: Path) -> str:
    """The key kept at `path`, made at the first call; readable by its owner alone.

    Raises ImproperlyConfigured where its folder cannot be used.
    """
    try:
        if not path.exists():
            make_secret_key(path)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"FUSIONWEB_DATA={str(path.parent)!r} cannot be used: {error.strerror}"
        ) from None


def make_secret_key(path: Path) -> None:
    """Whole or not at all, by a link: web and supervisor may both make one at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(get_random_secret_key())
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        Path(written).unlink()
