"""The log as it is when the page is asked for; log.js goes on from there."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest

from runs.contract.layout import LOG
from runs.contract.status import Status
from runs.errors import InvalidInput
from runs.files.lines import Lines, last_lines, read_lines
from runs.files.scan import ANSI
from runs.files.search import SearchResult, first_error_line, search_log
from runs.models import Run

SHOWN_LINES = 500
BEFORE_TARGET = 100
MATCHES = 200
LAST_LINES = 12


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Around `line` of the address, at the first error of a failed run, or the end."""
    path = run.directory / LOG
    target = target_line(request, run, path)
    found = around(path, target) if target else last_lines(path, SHOWN_LINES)
    query = request.GET.get("q", "")
    return {
        "log": found,
        "rows": rows(found),
        "target": target,
        "query": query,
        "regex": request.GET.get("regex") == "1",
        **(searched(request, path, query) if query else {}),
    }


def target_line(request: HttpRequest, run: Run, path: Path) -> int | None:
    """The line the page opens at; None for the end."""
    wanted = request.GET.get("line", "")
    if wanted.isascii() and wanted.isdigit() and 0 < len(wanted) <= 12:
        return int(wanted)
    if wanted == "end" or run.status != Status.FAILED:
        return None
    error = first_error_line(path)
    return error.line_number if error else None


def around(path: Path, target: int) -> Lines:
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


def searched(request: HttpRequest, path: Path, query: str) -> dict[str, Any]:
    """For those without script: the matches as a list of links."""
    try:
        result: SearchResult = search_log(
            path, query, regex=request.GET.get("regex") == "1", ignore_case=True, limit=MATCHES
        )
    except InvalidInput as error:
        return {"search_fault": error.message}
    return {"search": result}


def last_rows(run: Run) -> dict[str, Any]:
    """The last lines for the overview."""
    found = last_lines(run.directory / LOG, LAST_LINES)
    return {"log": found, "rows": rows(found)}
