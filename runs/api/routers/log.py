"""Logs of runs and jobs: bytes by offset, the last lines, and a search of all of it."""

from django.http import HttpRequest, HttpResponse
from ninja import Query

from runs.api.executed import ExecutedRouter
from runs.api.responses import answers, streams
from runs.api.schemas.log import (
    LogPart,
    SearchAsked,
    SearchOut,
    TailAsked,
    TailOut,
    search_out,
    tail_out,
)
from runs.executed import Executed, log_of
from runs.files.lines import Lines, last_lines, read_lines
from runs.files.log import log_size, read_range
from runs.files.regular import Readable
from runs.files.search import search_log

router = ExecutedRouter()
TEXT = "text/plain"


@router.get(
    "/log",
    response=answers(None, 404),
    openapi_extra=streams(
        TEXT,
        X_Log_Offset="Where the bytes begin",
        X_Next_Offset="Where the bytes after them begin",
        X_Log_Size="Bytes of the log when it was read",
    ),
)
def log(request: HttpRequest, executed: Executed, part: Query[LogPart]) -> HttpResponse:
    """Bytes as they are, ANSI codes and all; none while there is no log or nothing new.

    Go on from `X-Next-Offset`. Where that is beyond `X-Log-Size`, the log was begun anew.
    """
    path = log_of(executed)
    offset = part.offset if part.offset >= 0 else max(0, log_size(path) + part.offset)
    chunk = read_range(path, offset, part.limit)
    response = HttpResponse(chunk.data, content_type=f"{TEXT}; charset=utf-8")
    response["X-Log-Offset"] = str(chunk.offset)
    response["X-Next-Offset"] = str(chunk.next)
    response["X-Log-Size"] = str(chunk.size)
    return response


@router.get("/log/tail", response=answers(TailOut, 404))
def log_tail(request: HttpRequest, executed: Executed, asked: Query[TailAsked]) -> TailOut:
    """The last lines, an unfinished one among them; about 256 KiB at most."""
    return tail_out(with_open_line(log_of(executed), asked.lines), asked.lines)


@router.get("/log/search", response=answers(SearchOut, 404))
def log_search(request: HttpRequest, executed: Executed, asked: Query[SearchAsked]) -> SearchOut:
    """Lines that hold `q`, or match it as a regular expression; searches for 10 s at most."""
    result = search_log(
        log_of(executed),
        asked.q,
        regex=asked.regex,
        ignore_case=asked.ignore_case,
        limit=asked.limit,
        from_offset=asked.from_offset,
    )
    return search_out(result)


def with_open_line(path: Readable, lines: int) -> Lines:
    """The last lines, and the one after them that has no end yet."""
    found = last_lines(path, lines)
    if found.open_line is None and found.next < found.size:
        after = read_lines(path, found.next_number, 1)
        found.lines += after.lines
        found.open_line = after.open_line
        found.next = after.next
    return found
