"""What the tabs of a checkpoint's page show, each read when it is asked for."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from runs.access import require_see
from runs.checkpoints.files import (
    TextFile,
    configuration,
    configurations,
    directory_of,
    document_of,
    exists,
    job_spec,
)
from runs.checkpoints.selectors import (
    approved_for,
    checkpoint_by_id,
    maker_of,
    of_name,
    siblings,
)
from runs.configuration.diff import Change, DiffLine, diff_text, diff_values
from runs.configuration.highlight import highlight
from runs.errors import CheckpointNotFound, InvalidInput
from runs.models import Checkpoint
from runs.web.tabs.artifacts import crumbs, listing_or_file

# Comparing lines is quadratic at worst.
DIFF_LINES_MAX = 5_000
CHANGES_SHOWN = 200
VALUE_SHOWN = 160
REVIEWS_SHOWN = 100


@dataclass(frozen=True)
class ShownFile:
    file: TextFile
    html: SafeString


@dataclass(frozen=True)
class ShownChange:
    """A value as its configuration writes it, as text; "" on the side that has none."""

    kind: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """`before` is the other checkpoint; `fault` says why values or lines are not compared."""

    before: Checkpoint
    changes: list[ShownChange]
    more_changes: int
    hunks: list[list[DiffLine]]
    fault: str


def kept(request: HttpRequest) -> str:
    """The part of the address that every link within the page repeats: `root=3&`, or nothing."""
    root = request.GET.get("root")
    return f"{urlencode({'root': root})}&" if root else ""


def overview(request: HttpRequest, checkpoint: Checkpoint) -> dict[str, Any]:
    spec = job_spec(checkpoint)
    return {
        "maker": maker_of(checkpoint, request.user),
        "metrics": sorted(checkpoint.metrics.items()),
        "job_spec": spec and shown(spec),
        "siblings": siblings(checkpoint),
        "sibling_count": of_name(checkpoint).filter(gone_at__isnull=True).count(),
        "on_disk": exists(checkpoint),
    }


def configuration_tab(request: HttpRequest, checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "configurations": [shown(file) for file in configurations(checkpoint)],
        "on_disk": exists(checkpoint),
    }


def diff(request: HttpRequest, checkpoint: Checkpoint) -> dict[str, Any]:
    """`against` is the id of another of the same project; else the approved one is meant.

    Raises CheckpointNotFound for another project's: a review is about one of its own.
    """
    approved = approved_for(checkpoint)
    asked = request.GET.get("against", "")
    against = checkpoint_by_id(asked) if asked else approved
    if against is not None:
        require_see(request.user, against, CheckpointNotFound)
    if against is not None and against.project != checkpoint.project:
        raise CheckpointNotFound("That checkpoint belongs to another project.")
    others = [other for other in siblings(checkpoint) if other.pk != checkpoint.pk]
    return {
        "approved": approved,
        "against": against,
        "others": others,
        "comparison": compare(against, checkpoint) if against else None,
    }


def files(request: HttpRequest, checkpoint: Checkpoint) -> dict[str, Any]:
    """Size and number of all stand in the row: a walk could take minutes."""
    path = request.GET.get("path", "").strip("/")
    context = {
        "top": checkpoint.suffix,
        "here": f"?{kept(request)}tab=files",
        "file_base": f"?{kept(request)}file=",
        "crumbs": crumbs(path),
        "path": path,
        "files": checkpoint.files,
        "size_bytes": checkpoint.size_bytes,
    }
    if not exists(checkpoint):
        gone_words = "The directory of this checkpoint is no longer on disk."
        return {**context, "gone": True, "gone_words": gone_words}
    if path:
        # those figures are the whole checkpoint's
        context["files"] = None
    return {**context, **listing_or_file(directory_of(checkpoint), path)}


def history(request: HttpRequest, checkpoint: Checkpoint) -> dict[str, Any]:
    reviews = checkpoint.reviews.select_related("by").order_by("-pk")
    return {"reviews": list(reviews[:REVIEWS_SHOWN])}


def shown(file: TextFile) -> ShownFile:
    # the highlighter escapes all of the text
    return ShownFile(file, mark_safe(highlight(file.text, file.format or "json")))


def compare(before: Checkpoint, after: Checkpoint) -> Comparison:
    """Value by value, and line by line where both are of one format and not too long."""
    old, new = configuration(before), configuration(after)
    if old is None or new is None:
        whose = before if old is None else after
        return Comparison(before, [], 0, [], f"{whose} has no configuration on disk.")
    try:
        changes = diff_values(document_of(old).values, document_of(new).values)
        fault = ""
    except InvalidInput as error:
        changes, fault = [], error.message
    more = max(0, len(changes) - CHANGES_SHOWN)
    first = [shown_change(change) for change in changes[:CHANGES_SHOWN]]
    return Comparison(before, first, more, lines(old, new), fault)


def shown_change(change: Change) -> ShownChange:
    before = "" if change.kind == "added" else written(change.before)
    after = "" if change.kind == "removed" else written(change.after)
    return ShownChange(change.kind, change.path, before, after)


def written(value: Any) -> str:
    """A word without quotes, anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


def lines(old: TextFile, new: TextFile) -> list[list[DiffLine]]:
    longest = max(file.text.count("\n") for file in (old, new))
    if old.format != new.format or longest > DIFF_LINES_MAX:
        return []
    return diff_text(old.text, new.text)
