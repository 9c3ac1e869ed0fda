"""The log as it is when the page is asked for; log.js goes on from there."""

from typing import Any

from django.http import HttpRequest

from runs.contract.status import Status
from runs.errors import InvalidInput, NotFound
from runs.executed import Executed, log_of
from runs.files.lines import Lines, counted, last_lines, read_lines
from runs.files.regular import Readable
from runs.files.scan import ANSI
from runs.files.search import SearchResult, first_error_line, search_log
from runs.web.places import place_of

SHOWN_LINES = 500
BEFORE_TARGET = 100
MATCHES = 200
LAST_LINES = 12


def context(request: HttpRequest, executed: Executed) -> dict[str, Any]:
    """Around `line` of the address, at the first error of what failed, or the end.

    As long as the lines of a large log are not counted, it is the end: `seeks_error` then
    tells the script to go to the error once they are.
    """
    path = log_of(executed)
    shared = {"subject": executed, "place": place_of(executed)}
    wanted = wanted_line(request)
    at_error = executed.status == Status.FAILED and not request.GET.get("line")
    try:
        is_counted = counted(path) == 1
        error = first_error_line(path) if at_error and is_counted else None
        target = error.line_number if error else wanted
        found = around(path, target) if target and is_counted else last_lines(path, SHOWN_LINES)
    except NotFound as fault:
        return {**shared, "log": Lines(1, 0, 0, 0), "rows": [], "log_fault": fault.message}
    query = request.GET.get("q", "")
    return {
        **shared,
        "log": found,
        "rows": rows(found),
        "target": target,
        "seeks_error": at_error and not is_counted,
        "query": query,
        "regex": request.GET.get("regex") == "1",
        **(searched(request, path, query) if query else {}),
    }


def wanted_line(request: HttpRequest) -> int | None:
    """The `line` of the address; None for the end."""
    wanted = request.GET.get("line", "")
    is_number = wanted.isascii() and wanted.isdigit() and 0 < len(wanted) <= 12
    return int(wanted) if is_number else None


def around(path: Readable, target: int) -> Lines:
    """Lines on both sides of `target`; the end where the log has no such line."""
    found = read_lines(path, target - BEFORE_TARGET, SHOWN_LINES)
    return found if target < found.next_number else last_lines(path, SHOWN_LINES)


def rows(found: Lines) -> list[dict[str, Any]]:
    """Each line as text without ANSI codes, and with them where log.js shall colour it."""
    lines = [*found.lines, found.open_line] if found.open_line else found.lines
    return [
        {
            "line": line,
            "text": ANSI.sub("", line.text),
            "raw": line.text if "\x1b" in line.text else None,
        }
        for line in lines
    ]


def searched(request: HttpRequest, path: Readable, query: str) -> dict[str, Any]:
    """For those without script: the matches as a list of links."""
    try:
        result: SearchResult = search_log(
            path, query, regex=request.GET.get("regex") == "1", ignore_case=True, limit=MATCHES
        )
    except InvalidInput as error:
        return {"search_fault": error.message}
    return {"search": result}


def last_rows(executed: Executed) -> dict[str, Any]:
    """The last lines for the overview."""
    try:
        found = last_lines(log_of(executed), LAST_LINES)
    except NotFound as fault:
        return {"log": Lines(1, 0, 0, 0), "rows": [], "log_fault": fault.message}
    return {"log": found, "rows": rows(found)}
