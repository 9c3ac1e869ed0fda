"""Runs as a script asks for them and sees them."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StrictInt

from runs.api.paging import Paging
from runs.api.parser import TEXT_MAX
from runs.contract.layout import DEFAULT_GROUP, NAME_MAX_CHARACTERS
from runs.contract.status import Status
from runs.lifecycle.services import SEED_LIMIT, STAFF_PRIORITIES, TAG_LIMIT

from .base import Body

Name = Annotated[str, Field(max_length=NAME_MAX_CHARACTERS)]
Text = Annotated[str, Field(max_length=TEXT_MAX)]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=TAG_LIMIT)
]
Seed = Annotated[StrictInt, Field(ge=0, le=SEED_LIMIT)]
Priority = Annotated[StrictInt, Field(ge=STAFF_PRIORITIES.start, le=STAFF_PRIORITIES.stop - 1)]
Amount = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]


class Resources(Body):
    """What the executor sets aside for a run; the program's where it is left out."""

    cpus: Amount | None = None
    memory_mb: Amount | None = None
    time_limit_minutes: Amount | None = None


class RunFields(Body):
    """What runs are asked for with, one as well as many."""

    group: Name | None = Field(
        None, description=f"A word within the project; {DEFAULT_GROUP} at first."
    )
    name: Name | None = Field(None, description="The template's name, or the program's, at first.")
    template: Annotated[str, Field(max_length=300)] | None = None
    config: Text | None = Field(None, description="The configuration, instead of the template's.")
    overrides: dict[str, Any] | None = Field(
        None,
        description="Laid over the configuration: {section: {key: value}}, "
        "at most 5 levels deep and 200 keys a level.",
    )
    priority: Priority | None = Field(None, description="The higher goes first; above 0 for staff.")
    resources: Resources | None = None
    tags: Tags | None = None
    notes: Text | None = None


class RunChanges(RunFields):
    """What may differ between a run and one made from it."""

    seed: Seed | None = None


class RunIn(RunChanges):
    program: Name
    project: Name = Field(description="Made where there is none of that name.")
    resume_from: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="A checkpoint to go on from: project/group/name/suffix."
    )


class CloneIn(RunChanges):
    """What is left out is as in the run that is cloned."""

    project: Name | None = None


class ResumeIn(CloneIn):
    checkpoint: Annotated[str, Field(max_length=1000)] | None = Field(
        None, description="A suffix; the newest that the run has saved where it is left out."
    )


class RunEdit(Body):
    """Name and priority can be changed while the run waits."""

    name: Name | None = None
    notes: Text | None = None
    tags: Tags | None = None
    priority: Priority | None = None


class CancelIn(Body):
    grace_seconds: Annotated[float, Field(ge=0, le=3600)] | None = Field(
        None, description="From SIGTERM to SIGKILL; the setting's where it is left out."
    )


class OwnedQuery(Paging):
    """What runs and batches can be narrowed to alike."""

    status: Annotated[str, Field(max_length=100)] = Field("", description="With commas between.")
    project: Annotated[str, Field(max_length=255)] = ""
    group: Name = ""
    program: Name = ""
    owner: Annotated[str, Field(max_length=150)] = ""
    search: Annotated[str, Field(max_length=200)] = Field(
        "", description="Every word, anywhere in id, names, tags or notes."
    )
    since: Annotated[str, Field(max_length=40)] = Field(
        "", description="A day such as 2026-11-30, or a moment such as 2026-11-30T14:05:00Z."
    )
    until: Annotated[str, Field(max_length=40)] = Field("", description="A day is meant whole.")
    order: Annotated[str, Field(max_length=20)] = Field(
        "-created_at", description="created_at, ended_at or name; a minus in front for falling."
    )


class RunQuery(OwnedQuery):
    """All runs that whoever asks may see, narrowed."""

    tag: Annotated[str, Field(max_length=50)] = ""
    batch: Annotated[str, Field(max_length=12)] = Field("", description="The id of one.")


class Progress(Schema):
    """`fraction` from 0 to 1; all of it null or empty where nothing is known."""

    fraction: float | None
    eta_seconds: float | None
    latest_metrics: dict[str, Any]


class RunItem(Schema):
    """A run in a list. `reason` is the sentence that says why its status is what it is."""

    id: str
    name: str
    project: str
    group: str
    program: str
    owner: str
    batch: str | None = Field(description="The batch it belongs to.")
    status: Status
    reason: str
    is_stale: bool
    queue_position: int | None = Field(
        description="How many waiting runs go first, as far as can be foretold, counted to 1,000; "
        "null for one that does not wait."
    )
    priority: int
    tags: list[str]
    progress: Progress
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    verified_at: datetime | None = Field(description="When its status was last known to be true.")


class Configuration(Schema):
    """`text` as the program reads it; null where it is no longer on disk."""

    format: str
    text: str | None


class RunOut(RunItem):
    """All of a run."""

    template: str
    configuration: Configuration
    overrides: dict[str, Any]
    seed: int | None
    resources: dict[str, Any]
    notes: str
    resume_from: str | None = Field(description="The checkpoint it went on from.")
    origin: str | None = Field(description="The run it was made from.")
    origin_kind: str
    executor: str
    host: str | None
    pid: int | None
    exit_code: int | None
    signal: str | None
    cancel_requested_at: datetime | None
    cancel_receipt: dict[str, Any] | None = Field(
        description="What cancelling did: signalled, still_alive, all_gone."
    )
