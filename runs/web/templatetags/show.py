"""How pages show times, amounts and statuses. static/js/time.js uses the same words."""

import math
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from runs.contract.status import Status
from runs.discovery.selectors import shown_status
from runs.lifecycle.selectors import is_stale
from runs.models import Alert, CreationSession, Job, Root, Run

register = template.Library()

SIZE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"]
DAY_SECONDS = 86_400
# Drawn on 16 × 16; `solid` parts are filled. Shape and word tell what colour tells.
ICONS = {
    "pending": '<circle cx="8" cy="8" r="6"/>',
    "running": '<circle cx="8" cy="8" r="6"/><path class="solid" d="M8 2a6 6 0 0 1 0 12z"/>',
    "completed": '<path d="m2.5 8.5 3.7 3.7 7.3-8"/>',
    "failed": '<path d="m3.5 3.5 9 9m0-9-9 9"/>',
    "cancelled": '<circle cx="8" cy="8" r="6"/><path d="m4 12 8-8"/>',
    "preempted": '<path d="M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.5v3.3h3.3"/>',
    "lost": '<path d="M5 5.6A3 3 0 1 1 8 8.7v1.2m0 3.2v.1"/>',
}
ICONS["pin"] = '<path d="M5.5 2h5m-4 0v4L4 9h8L9.5 6V2M8 9v5"/>'
ICONS["stale"] = ICONS["unknown"] = ICONS["lost"]


def duration_words(seconds: float) -> str:
    """`4 min 12 s`: the two largest units, whole seconds."""
    whole = int(seconds)
    amounts = [
        ("d", whole // DAY_SECONDS),
        ("h", whole % DAY_SECONDS // 3600),
        ("min", whole % 3600 // 60),
        ("s", whole % 60),
    ]
    first = next((index for index, (_, amount) in enumerate(amounts) if amount), None)
    if first is None:
        return "0 s"
    shown = amounts[first : first + 2]
    return " ".join(f"{amount} {unit}" for unit, amount in shown if amount)


def ago_words(seconds: float, date: str) -> str:
    if seconds < 5:
        return "just now"
    for limit, unit_seconds, unit in ((60, 1, "s"), (3600, 60, "min"), (DAY_SECONDS, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds // unit_seconds)} {unit} ago"
    return f"{int(seconds // DAY_SECONDS)} d ago" if seconds < 14 * DAY_SECONDS else date


@register.filter
def ago(when: datetime | None) -> str:
    """How long ago, with the absolute time and its zone on hover."""
    if when is None:
        return ""
    local = timezone.localtime(when)
    date = f"{local.day} {local:%b %Y}"
    title = f"{local:%Y-%m-%d %H:%M:%S %Z}"
    words = ago_words((timezone.now() - when).total_seconds(), date)
    # made of a time alone, and a list has a hundred of them: nothing to escape
    return mark_safe(
        f'<time datetime="{when.isoformat()}" title="{title}" data-ago="{date}">{words}</time>'
    )


@register.filter
def elapsed(since: datetime | None) -> str:
    """How long since then; it goes on counting on the open page."""
    if since is None:
        return ""
    seconds = max(0.0, (timezone.now() - since).total_seconds())
    return format_html(
        '<time datetime="{}" data-elapsed>{}</time>', since.isoformat(), duration_words(seconds)
    )


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds, or a timedelta, as `4 min 12 s`; under a second as `0.4 s`."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if not math.isfinite(seconds):
        return ""
    return f"{seconds:.1f} s" if 0 < seconds < 1 else duration_words(max(0.0, seconds))


@register.filter
def took(run: Run) -> str:
    """How long a run has taken: counting while it runs, empty if it never began."""
    if run.started_at is None:
        return ""
    return duration(run.ended_at - run.started_at) if run.ended_at else elapsed(run.started_at)


@register.filter
def job_took(job: Job) -> str:
    """As `took`; of a job whose end nobody wrote down, until it was last heard of."""
    if job.started_at is None:
        return ""
    if shown_status(job) == Status.RUNNING:
        return elapsed(job.started_at)
    end = job.ended_at or job.heartbeat_at
    return duration(end - job.started_at) if end else ""


@register.filter
def size(n_bytes: float | None) -> str:
    """Bytes in decimal units, `4.2 GB`."""
    if n_bytes is None:
        return ""
    amount = float(n_bytes)
    unit = 0
    while amount >= 999.5 and unit < len(SIZE_UNITS) - 1:
        amount /= 1000
        unit += 1
    digits = 1 if unit and amount < 99.95 else 0
    return f"{amount:.{digits}f} {SIZE_UNITS[unit]}"


@register.filter
def place(path: Path | str) -> str:
    """A folder as people name it: where the server keeps its own data is not theirs to know."""
    home = Path(settings.FUSIONWEB_DATA)
    return str(Path(path).relative_to(home)) if Path(path).is_relative_to(home) else str(path)


@register.filter
def count(n: int, noun: str) -> str:
    """`1 run`, `12,408 runs`; a plural of its own is given as `entry,entries`."""
    one, _, many = noun.partition(",")
    return f"{n:,} {one if n == 1 else many or one + 's'}"


@register.filter
def percent(fraction: float | None) -> str:
    """Rounded down, so that 100 % is said of what is finished alone."""
    return "" if fraction is None else f"{math.floor(fraction * 100)} %"


@register.filter
def metric(value: object) -> str:
    """A number with four significant digits; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e7:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return (
        f"{value:,}" if isinstance(value, int) else f"{float(f'{value:.4g}'):,}".removesuffix(".0")
    )


@register.filter
def bar(fraction: float | None, label: str = "progress") -> str:
    """A progress bar; without a fraction it shows that there is no telling."""
    if fraction is None:
        return format_html('<progress class="bar" aria-label="{}"></progress>', label)
    done = min(max(fraction, 0.0), 1.0)
    return format_html(
        '<progress class="bar{}" value="{}" max="1" aria-label="{}">{}</progress>',
        " completed" if done >= 1 else "",
        f"{done:.4f}",
        label,
        percent(done),
    )


@register.filter
@cache
def status_badge(status: str) -> SafeString:
    """Colour, icon and word of a status, the same everywhere."""
    name = status if status in ICONS else "unknown"
    return badge(name, name)


def badge(look: str, words: str) -> SafeString:
    return format_html(
        '<span class="status {}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>',
        look,
        mark_safe(ICONS[look]),
        words,
    )


@register.simple_tag
def log_line(page: str, row: dict[str, Any]) -> SafeString:
    """A line of a log as it stands in the page: its number as a link, and its text as text.

    Not a template: five hundred of them would take longer than all the rest of the page.
    """
    line, number = row["line"], row["line"].number
    raw = f' data-raw="{escape(row["raw"])}"' if row["raw"] else ""
    cut = line.size_bytes
    rest = f'<span class="line-cut" data-bytes="{cut}"> … {size(cut)} in all</span>'
    return mark_safe(
        f'<div class="line" id="L{number}"><a class="line-number" '
        f'href="{escape(page)}tab=log&amp;line={number}#L{number}">{number}</a>'
        f'<span class="line-text"{raw}>{escape(row["text"])}</span>{rest if line.cut else ""}</div>'
    )


@register.filter
def scanned(root: Root) -> float | None:
    """The fraction of its first scan that is done, None where nobody can tell."""
    return min(1.0, root.scan_done / root.scan_total) if root.scan_total else None


@register.filter
def tally(status: str, n: int) -> SafeString:
    """A status with how many have it."""
    return badge(status if status in ICONS else "unknown", f"{n:,} {status}")


# Of a root's state: the look of which status, and the words.
ROOT_STATES = {
    "new": ("pending", "not read yet"),
    "scanning": ("running", "first scan"),
    "ready": ("completed", "in step"),
    "missing": ("failed", "missing"),
    "held": ("lost", "held"),
}


@register.filter
@cache
def root_badge(state: str) -> SafeString:
    look, words = ROOT_STATES.get(state, ("unknown", state))
    return badge(look, words)


# Of an alert's kind: the look of which status.
ALERT_LOOKS = {
    "job_failed": "failed",
    "job_preempted": "preempted",
    "job_stale": "stale",
    "job_lost": "lost",
}


@register.filter
def alert_badge(alert: Alert) -> SafeString:
    """Colour, icon and word of its kind; quiet where the condition is over."""
    look = "cancelled" if alert.over_at and not alert.is_happening else "failed"
    return badge(ALERT_LOOKS.get(alert.kind, look), alert.get_kind_display())


# Of a review: the look of which status.
REVIEW_LOOKS = {"unreviewed": "pending", "approved": "completed", "rejected": "failed"}


@register.simple_tag(name="review")
@cache
def review_badge(decision: str, pinned: bool = False) -> SafeString:
    """Colour, icon and word of a review, and a pin where nothing may delete it."""
    shown = badge(REVIEW_LOOKS.get(decision, "unknown"), decision)
    return shown + PIN if pinned else shown


PIN = format_html(
    '<span class="status pin" title="pinned: nothing deletes it">'
    '<svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>'
    '<span class="visually-hidden">pinned</span></span>',
    mark_safe(ICONS["pin"]),
)


# Of a creation session's state: the look of which status, and the words; any other is under way.
SESSION_STATES = {
    "input_required": ("lost", "asks"),
    "done": ("completed", "done"),
    "failed": ("failed", "failed"),
    "aborted": ("cancelled", "cancelled"),
}


@register.simple_tag
def session_badge(session: CreationSession) -> SafeString:
    if session.is_draft:
        return badge("pending", "draft")
    return badge(*SESSION_STATES.get(session.state, ("running", "under way")))


@register.simple_tag
def setup_badge(missing: str) -> SafeString:
    """`missing` says why it is not there; empty where it is."""
    return badge("lost", "missing") if missing else badge("completed", "there")


@register.simple_tag
@cache
def phase_badge(look: str, words: str) -> SafeString:
    """A phase of a session: what its look says to the eye is said in words as well."""
    said = {"completed": "done", "running": "now", "lost": "asks", "failed": "failed"}
    hidden = format_html('<span class="visually-hidden">: {}</span>', said.get(look, "to come"))
    return badge(look, format_html("{}{}", words, hidden))


@register.simple_tag(name="status")
def status_of_run(run: Run) -> SafeString:
    """The badge of a run; one that runs and was not verified for long is stale."""
    return status_badge("stale" if is_stale(run) else str(run.status))
