"""How pages show a batch: its bar, and the numbers of its statistics."""

import math
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from runs.analysis.result import Interval
from runs.analysis.selectors import BatchCounts
from runs.models import Batch
from runs.web.batch_words import counts_words, point_label, shares_of

from .show import metric

register = template.Library()

SMALLEST_P = 0.001
NOTHING = "–"


@register.simple_tag
def counts_bar(counts: BatchCounts) -> SafeString:
    """A bar in the colours of the statuses; what waits is its ground. In words for who hears it."""
    segments = "".join(
        f'<rect class="{share.look}" x="{share.start}" width="{share.width}" height="1"/>'
        for share in shares_of(counts)
        if share.word != "waiting"
    )
    return format_html(
        '<svg class="counts-bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        counts_words(counts),
        mark_safe(segments),  # numbers and our own words alone
    )


@register.filter
def shares(counts: BatchCounts) -> list[Any]:
    return shares_of(counts)


@register.filter
def at_point(batch: Batch, point: int) -> str:
    return point_label(batch, point)


def is_missing(value: object) -> bool:
    """Templates make an empty text of what a missing summary or comparison has."""
    return value is None or value == ""


@register.filter
def figure(value: float | None) -> str:
    """Four significant digits and a true minus sign, a dash where there is nothing."""
    return NOTHING if is_missing(value) else metric(value).replace("-", "−", 1)


@register.filter
def p_value(value: float | None) -> str:
    if value is None or is_missing(value):
        return NOTHING
    return "< 0.001" if value < SMALLEST_P else f"{value:.3f}"


@register.filter
def interval(value: Interval | None) -> str:
    """`0.012 – 0.019`, where something is below zero `−0.02 to 0.01`."""
    if not value:
        return NOTHING
    between = "–" if value.lower >= 0 else "to"
    return f"{figure(value.lower)} {between} {figure(value.upper)}"


@register.filter
def relative(value: float | None) -> str:
    """A share with its sign: `+12.5 %`, `−18 %`."""
    if value is None or is_missing(value) or not math.isfinite(value):
        return NOTHING
    percent = f"{100 * abs(value):.3g}"
    sign = "" if float(percent) == 0 else "−" if value < 0 else "+"
    return f"{sign}{percent} %"


@register.filter
def relative_interval(value: Interval | None) -> str:
    if not value:
        return NOTHING
    return f"{relative(value.lower)} to {relative(value.upper)}"


@register.filter
def signed(value: float | None) -> str:
    """With its sign, as differences and effects are read."""
    if value is None or is_missing(value):
        return NOTHING
    shown = metric(abs(value))
    return shown if value == 0 else f"{'−' if value < 0 else '+'}{shown}"


@register.filter
def x_written(value: float | None) -> str:
    """A load as the address has it."""
    return "" if value is None else f"{value:g}"
