"""What all schemas of the API share."""

from typing import Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict

Item = TypeVar("Item")


class Body(Schema):
    """What is sent to us: a field that nobody knows is a mistake, not a wish to pass over."""

    model_config = ConfigDict(extra="forbid")


class PageOf(Schema, Generic[Item]):
    """One page of a list; `next` is the cursor of the next one, `total` counts all pages."""

    items: list[Item]
    next: str | None
    total: int


class Fault(Schema):
    """`path` is dotted, as in section.key; empty where all of it is meant."""

    path: str
    message: str
    line: int | None = None


class MissingOut(Schema):
    """What the set-up lacks: data_root, program, templates or supervisor."""

    field: str
    reason: str


class ErrorOut(Schema):
    """`state` and `missing` are those of `setup_incomplete`."""

    code: str
    message: str
    trace_id: str
    field: str | None = None
    details: list[Fault] | None = None
    state: str | None = None
    missing: list[MissingOut] | None = None


class ErrorAnswer(Schema):
    """What every call answers that could not be done."""

    error: ErrorOut
