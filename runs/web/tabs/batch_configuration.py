"""What all runs of a batch read, and what each of its points sets of its own."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe

from runs.analysis.selectors import takes_seed
from runs.configuration.document import parse
from runs.configuration.highlight import highlight
from runs.configuration.overrides import KEYS_MAX
from runs.errors import FusionwebError
from runs.models import Batch
from runs.web.batch_words import point_label

POINTS_SHOWN = 100


@dataclass(frozen=True)
class Point:
    label: str
    settings: list[tuple[str, Any]]


def context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    text = base_text(batch)
    shown = range(min(len(batch.points), POINTS_SHOWN))
    return {
        # the highlighter escapes all of the text
        "config_html": mark_safe(highlight(text, batch.program.config_format)),
        "points": [
            Point(point_label(batch, each), flat(batch.overrides_at(each))) for each in shown
        ],
        "points_left": len(batch.points) - len(shown),
        "takes_seed": takes_seed(batch),
        "last_seed": batch.base_seed + batch.num_iterations - 1,
    }


def base_text(batch: Batch) -> str:
    """With what is set for all points, so that a point differs only by what is its own."""
    try:
        document = parse(batch.config_text, batch.program.config_format)
        return document.with_overrides(batch.overrides)
    except FusionwebError:
        return batch.config_text


def flat(overrides: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    """`section.key` with its value."""
    found: list[tuple[str, Any]] = []
    for key, value in overrides.items():
        here = f"{path}.{key}" if path else key
        found += flat(value, here) if isinstance(value, dict) else [(here, value)]
    return found[:KEYS_MAX]
