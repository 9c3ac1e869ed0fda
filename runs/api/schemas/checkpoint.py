"""Checkpoints as a script sees them."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import BaseModel, Field

from runs.api.filtering import Day, Filter, RootNumber, Word
from runs.api.schemas.base import Body, PageOf
from runs.api.schemas.deleted import DeletedOut
from runs.api.schemas.job import NameKey
from runs.api.words import marked
from runs.checkpoints.files import TextFile
from runs.checkpoints.review import NOTE_LIMIT, review_mark
from runs.checkpoints.selectors import Summary
from runs.models import Checkpoint

# At the end of a checkpoint's address these ask for something of it; `latest` is in a suffix's
# place and means the one it is.
WORDS = ("latest", "config", "job-spec", "review")
CheckpointOrder = Literal[
    "-saved_at", "saved_at", "name", "-name", "size_bytes", "-size_bytes",
    "steps", "-steps", "score", "-score",
]  # fmt: skip


class CheckpointKey(NameKey):
    suffix: Annotated[
        Word,
        Field(
            description="May hold slashes. `latest` means the latest; one that is itself called "
            "`latest`, or whose last part is `config`, `job-spec` or `review`, has a `~` before "
            "that word: `ntoks/~config`."
        ),
    ]


class CheckpointOrderAsked(Schema):
    order: CheckpointOrder = "-saved_at"


class CheckpointFilters(Schema):
    """Narrowed as the list of checkpoints in the browser."""

    project: Filter = ""
    group: Filter = ""
    job_name: Filter = ""
    root: RootNumber | None = None
    review: Checkpoint.Decision | None = None
    complete: bool | None = None
    latest: Annotated[bool, Field(description="Only the latest of each name.")] = False
    gone: Annotated[
        bool, Field(description="Those that have vanished from disk, and no others.")
    ] = False
    fault: Annotated[bool, Field(description="Those whose files could not be read.")] = False
    since: Day | None = None
    until: Day | None = None
    search: Annotated[Word, Field(max_length=200)] = ""


class CheckpointOut(BaseModel):
    """`address` is its place below `…/checkpoints/`, ready to be used, whatever its suffix is.

    `latest` says whether the file `latest` names it ("file"), or it stands in for one
    ("fallback"). `review_mark` is what a review sends back as `seen`.
    """

    id: int
    project: str
    group: str
    name: str
    suffix: str
    root: int
    address: str
    saved_at: datetime
    complete: bool
    reason: str
    latest: Literal["file", "fallback"] | None
    steps: int | None
    score: float | None
    made_by_name: str
    made_by_id: str
    owner: str
    decision: Checkpoint.Decision
    pinned: bool
    reviewed_at: datetime | None
    reviewed_by: str | None
    review_note: str
    review_mark: str
    fault: str
    gone_at: datetime | None
    files: int | None
    size_bytes: int | None
    measured_at: datetime | None


class CheckpointDetail(CheckpointOut):
    """`metrics` are the numbers of its config.json."""

    metrics: dict[str, float | None]


class NameOut(PageOf[CheckpointOut]):
    """The checkpoints of one job name; `latest` is null where none is complete."""

    latest: CheckpointOut | None


class SummaryOut(BaseModel):
    """`size_bytes` of those that have been measured; `unmeasured` have not."""

    count: int
    size_bytes: int
    unmeasured: int


class TextOut(BaseModel):
    """A file as it is; `format` is ini, yaml or json, empty for another. `cut`: after 200 kB."""

    name: str
    format: str
    text: str
    cut: bool


class ReviewIn(Body):
    """`unpin` lets an approval's pin go with another decision. `seen` is the `review_mark` that
    was decided upon: where somebody has decided since, nothing is changed (409)."""

    decision: Checkpoint.Decision
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""
    unpin: bool = False
    seen: Annotated[str, Field(max_length=100)] = ""


class DeletedNameOut(BaseModel):
    """`kept` says, a sentence each, what stays and why; `left` more were not looked at."""

    deleted: list[DeletedOut]
    kept: list[str]
    left: int


def facts(checkpoint: Checkpoint) -> dict[str, object]:
    """What a list and the whole of it have in common."""
    by = checkpoint.reviewed_by
    place = f"{checkpoint.project}/{checkpoint.group}/{checkpoint.name}/{checkpoint.suffix}"
    alike = {name: getattr(checkpoint, name) for name in ALIKE}
    return {
        **alike,
        "root": checkpoint.root_id,
        "address": marked(place, WORDS) + root_query(checkpoint),
        "latest": checkpoint.latest or None,
        "owner": checkpoint.unix_owner,
        "reviewed_by": by.get_username() if by else None,
        "review_mark": review_mark(checkpoint),
    }


def root_query(checkpoint: Checkpoint) -> str:
    """A later root of the same path is named."""
    return f"?root={checkpoint.root_id}" if checkpoint.root.position else ""


OWN = {"root", "address", "latest", "owner", "reviewed_by", "review_mark"}
ALIKE = tuple(name for name in CheckpointOut.model_fields if name not in OWN)


def checkpoint_out(checkpoint: Checkpoint) -> CheckpointOut:
    return CheckpointOut.model_validate(facts(checkpoint))


def checkpoint_detail(checkpoint: Checkpoint) -> CheckpointDetail:
    return CheckpointDetail.model_validate({**facts(checkpoint), "metrics": checkpoint.metrics})


def summary_out(summary: Summary) -> SummaryOut:
    return SummaryOut(
        count=summary.count, size_bytes=summary.size_bytes, unmeasured=summary.unmeasured
    )


def text_out(file: TextFile) -> TextOut:
    return TextOut(name=file.name, format=file.format, text=file.text, cut=file.cut)
