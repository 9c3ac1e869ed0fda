"""What a stream is asked for."""

from typing import Annotated

from ninja import Schema
from pydantic import Field

from .log import LARGEST


class StreamAsked(Schema):
    from_start: Annotated[
        bool, Field(description="With false, from the present end on: only what is new.")
    ] = True
    offset: Annotated[
        int,
        Field(
            ge=-LARGEST,
            le=LARGEST,
            description="Where to begin, in bytes; a negative one counts from the end.",
        ),
    ] = 0


class ResumeAsked(Schema):
    """A browser's EventSource sends it by itself; anything but an id of ours is passed over."""

    last_event_id: Annotated[
        str, Field(alias="Last-Event-ID", description="The last `id` received: goes on after it.")
    ] = ""


def resumed_at(asked: ResumeAsked) -> int | None:
    """The offset that the id was; None where there is none."""
    number = asked.last_event_id
    known = number.isascii() and number.isdigit() and len(number) <= len(str(LARGEST))
    return int(number) if known else None
