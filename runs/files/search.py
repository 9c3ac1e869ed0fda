"""Search a whole log on the server, and find where it speaks of an error."""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from runs.errors import InvalidInput
from runs.files.line_index import line_index
from runs.files.log import log_size
from runs.files.regular import Readable, open_regular, pread_full
from runs.files.scan import ANSI, Request

SCAN = Path(__file__).with_name("scan.py")
LONGEST_QUERY = 1000
LARGEST_LIMIT = 1000
COUNTED_MATCHES = 10_000
SECONDS = 10
ERROR_WINDOW_BYTES = 4 * 1024 * 1024
# What starts an error in the logs of Python, of compilers, of Slurm; not "error: 0.3", a metric.
# Found as plain text and then looked at: twenty times as fast as one expression over all.
ERROR_WORDS = (
    *("Traceback (most recent call last)", "ERROR", "CRITICAL", "FATAL", "Exception", "exception"),
    *("Error:", "error:", "Fatal:", "fatal:", "Segmentation fault", "core dumped"),
    *("Out Of Memory", "oom-kill", "oom_kill"),
)
NO_ERROR = re.compile(
    r"(?:ERROR|CRITICAL|FATAL|[Ee]xception)\w|(?<=\w)(?:ERROR|CRITICAL|FATAL)"
    r"|(?:[Ee]rror|[Ff]atal):[ \t]*[-+]?[\d.]"
)


@dataclass(frozen=True)
class Match:
    """The first match of one line. `offset` is where the line begins in the log.

    `text` is the line without ANSI codes, cut to 500 characters around `text[start:end]`.
    """

    line_number: int
    offset: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class SearchResult:
    """`total` counts matching lines from where the search began, and stops at 10,000 (`capped`).

    `next_offset` is where to search on for the next page, None at the end. `timed_out`: there may
    be more, found by searching on if there is a `next_offset`.
    """

    matches: list[Match]
    total: int
    capped: bool
    next_offset: int | None
    timed_out: bool = False


@dataclass(frozen=True)
class ErrorLine:
    line_number: int
    offset: int
    text: str


def search_log(
    path: Readable,
    query: str,
    *,
    regex: bool = False,
    ignore_case: bool = False,
    limit: int = 100,
    from_offset: int = 0,
    seconds: int = SECONDS,
) -> SearchResult:
    """Lines of the log that hold `query`, from byte `from_offset` (the start of a line) on.

    Raises InvalidInput for a query that cannot be searched, NotFound where the path is not a
    file. Takes `seconds` at most, then says so and gives what it has.
    """
    _check_query(query)
    from_offset = max(0, from_offset)
    if from_offset >= log_size(path):
        return SearchResult([], 0, capped=False, next_offset=None)
    line = line_index(path).line_number_at(from_offset)
    limit = max(1, min(limit, LARGEST_LIMIT))
    request = Request(query, regex, ignore_case, from_offset, line, limit, COUNTED_MATCHES, seconds)
    with open_regular(path) as descriptor:
        return _result(_scan(request, descriptor))


def _check_query(query: str) -> None:
    if not query:
        raise InvalidInput("Type what to search for.", "q")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput(f"Search for at most {LONGEST_QUERY} characters.", "q")
    if "\n" in query:
        raise InvalidInput("Search for one line at a time.", "q")


def _scan(request: Request, descriptor: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", "-S", str(SCAN), json.dumps(asdict(request))]
    finished = subprocess.run(
        command,
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    # Ended by its alarm, it may leave half a line.
    lines = finished.stdout.split(b"\n")[:-1]
    return [json.loads(line) for line in lines]


def _result(messages: list[dict[str, Any]]) -> SearchResult:
    last = messages[-1] if messages else {}
    if "invalid" in last:
        raise InvalidInput(f"This is not a regular expression: {last['invalid']}.", "q")
    if "total" in last:
        return SearchResult([Match(**message) for message in messages[:-1]], **last)
    matches = [Match(**message) for message in messages]
    return SearchResult(matches, len(matches), capped=False, next_offset=None, timed_out=True)


def first_error_line(path: Readable) -> ErrorLine | None:
    """The first line of the last 4 MiB of the log that looks like an error."""
    try:
        with open_regular(path) as descriptor:
            start = max(0, os.fstat(descriptor).st_size - ERROR_WINDOW_BYTES)
            data = pread_full(descriptor, ERROR_WINDOW_BYTES, start)
    except (FileNotFoundError, NotADirectoryError):
        return None
    text = data.decode("utf-8", errors="replace")
    if "\x1b" in text:
        text = ANSI.sub("", text)
    found = _first_error(text)
    if found is None:
        return None
    line_number = line_index(path).line_number_at(start) + text.count("\n", 0, found)
    offset = line_index(path).offset_of_line(line_number) or 0
    begin = text.rfind("\n", 0, found) + 1
    return ErrorLine(line_number, offset, text[begin : begin + 500].split("\n")[0])


def _first_error(text: str) -> int | None:
    first = len(text)
    for word in ERROR_WORDS:
        at = text.find(word, 0, first)
        while at >= 0 and NO_ERROR.match(text, at):
            at = text.find(word, at + 1, first)
        if at >= 0:
            first = at
    return first if first < len(text) else None
