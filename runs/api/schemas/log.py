"""Logs and progress as a script reads them."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import BaseModel, Field

from runs.api.filtering import Word
from runs.contract.progress_lines import ParsedLines
from runs.files.lines import Lines
from runs.files.search import SearchResult

BLOCK_BYTES = 64 * 1024
MOST_BYTES = 4 * 1024 * 1024
MOST_LINES = 10_000
# As far as a file can be long.
LARGEST = 2**63 - 1


class LogPart(Schema):
    offset: Annotated[
        int,
        Field(
            ge=-LARGEST,
            le=LARGEST,
            description="Where to begin, in bytes; a negative one counts from the end.",
        ),
    ] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_BYTES, description="Bytes at most.")] = BLOCK_BYTES


class TailAsked(Schema):
    lines: Annotated[int, Field(ge=1, le=MOST_LINES)] = 100


class SearchAsked(Schema):
    q: Annotated[Word, Field(min_length=1, max_length=1000)]
    regex: bool = False
    ignore_case: bool = True
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    from_offset: Annotated[
        int,
        Field(ge=0, le=LARGEST, description="Where a line begins: `next_offset` of an answer."),
    ] = 0


class ProgressPart(Schema):
    offset: Annotated[
        int, Field(ge=0, le=LARGEST, description="0, or `next` of an answer before.")
    ] = 0


class LineOut(BaseModel):
    """As a terminal would leave it; `cut` after 10,000 characters.

    `number` counts from 1 and is null while a long log has not been counted yet.
    """

    number: int | None
    text: str
    cut: bool


class TailOut(BaseModel):
    """`next` is the offset where the first line that is not whole yet begins: to go on from with
    `/log`. `size` is the log's, in bytes."""

    lines: list[LineOut]
    next: int
    size: int


class MatchOut(BaseModel):
    """The first match of a line is `text[start:end]`; `offset` is where the line begins."""

    line_number: int
    offset: int
    text: str
    start: int
    end: int


class SearchOut(BaseModel):
    """`total` counts lines, up to 10,000 (then `capped`); `next_offset` is where to go on."""

    matches: list[MatchOut]
    total: int
    capped: bool
    next_offset: int | None
    timed_out: bool


class ProgressOut(BaseModel):
    """The events of the whole lines from byte `offset` to byte `next`, as they were written.

    `malformed` has the offset of each line that is no JSON object. `reset`: the file was begun
    anew, and `offset` is 0 again. There may be more as long as `next` rises.
    """

    offset: int
    next: int
    events: list[dict[str, Any]]
    malformed: list[int]
    reset: bool


def tail_out(found: Lines, asked: int) -> TailOut:
    every = [*found.lines, *([found.open_line] if found.open_line else [])]
    counted = found.counted == 1
    lines = [
        LineOut(number=line.number if counted else None, text=line.text, cut=line.cut)
        for line in every[-asked:]
    ]
    return TailOut(lines=lines, next=found.next, size=found.size)


def search_out(result: SearchResult) -> SearchOut:
    return SearchOut(
        matches=[MatchOut(**vars(match)) for match in result.matches],
        total=result.total,
        capped=result.capped,
        next_offset=result.next_offset,
        timed_out=result.timed_out,
    )


def progress_out(parsed: ParsedLines) -> ProgressOut:
    return ProgressOut(
        offset=parsed.offset,
        next=parsed.next,
        events=parsed.events,
        malformed=parsed.malformed,
        reset=parsed.reset,
    )
