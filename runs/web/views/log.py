"""Parts of the log of a run or a job as JSON, its search, and the file as it is."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from runs.errors import InvalidInput
from runs.executed import log_of
from runs.files.lines import Lines, counted, last_lines, read_lines, whole_line
from runs.files.log import decode_chunk, log_exists, log_size, read_range
from runs.files.regular import Readable
from runs.files.search import first_error_line, search_log
from runs.http.downloads import file_response
from runs.web.views.loading import get_executed

MOST_LINES = 2000
FRAME_BYTES = 64 * 1024
MATCHES = 500
# A script that waits for lines to be counted asks again after so long.
COUNT_SECONDS = 0.5


@require_safe
def lines(request: HttpRequest, **key: str) -> JsonResponse:
    """Lines by number (`line`, `count`), one of them whole (`whole=1`), the last (`tail`).

    `from_offset` (with `limit`) answers as a frame of the socket does, for whoever has to poll;
    `size` tells of the file alone; `counting` how much of it has been counted, counting on.
    """
    path = log_of(get_executed(request, **key))
    for name, answer in ANSWERS.items():
        if name in request.GET:
            return JsonResponse(answer(request, path))
    number = whole_number(request, "line", 1)
    if request.GET.get("whole"):
        return JsonResponse({"line": number, "text": whole_line(path, number)})
    count = min(whole_number(request, "count", 500), MOST_LINES)
    return JsonResponse(as_json(read_lines(path, number, count)))


def frame(request: HttpRequest, path: Readable) -> dict[str, Any]:
    offset = whole_number(request, "from_offset", 0)
    limit = min(whole_number(request, "limit", FRAME_BYTES), FRAME_BYTES)
    chunk = read_range(path, offset, max(4, limit))
    text, used = decode_chunk(chunk.data)
    return {"offset": offset, "next": offset + used, "text": text, "size": chunk.size}


def last(request: HttpRequest, path: Readable) -> dict[str, Any]:
    return as_json(last_lines(path, min(whole_number(request, "tail", 500), MOST_LINES)))


def counting(request: HttpRequest, path: Readable) -> dict[str, Any]:
    """`first_error` is its line, once all is counted."""
    fraction = counted(path, COUNT_SECONDS)
    error = first_error_line(path) if fraction == 1 and request.GET.get("first_error") else None
    return {"counted": fraction, "first_error": error.line_number if error else None}


def size(request: HttpRequest, path: Readable) -> dict[str, Any]:
    return {"exists": log_exists(path), "size": log_size(path)}


ANSWERS = {"from_offset": frame, "tail": last, "counting": counting, "size": size}


def as_json(found: Lines) -> dict[str, Any]:
    """Whole lines alone: the one being written comes over the socket, from `next` on."""
    return {
        "first": found.first,
        "next": found.next,
        "at_end": found.at_end,
        "counted": found.counted,
        "lines": [line.text for line in found.lines],
        "cut": {line.number: line.size_bytes for line in found.lines if line.cut},
    }


@require_safe
def search(request: HttpRequest, **key: str) -> JsonResponse:
    """Lines that hold `q`; a query that cannot be searched is told at its field."""
    path = log_of(get_executed(request, **key))
    regex = request.GET.get("regex") == "1"
    try:
        result = search_log(
            path, request.GET.get("q", ""), regex=regex, ignore_case=True, limit=MATCHES
        )
    except InvalidInput as error:
        return JsonResponse({"message": error.message}, status=422)
    return JsonResponse(asdict(result))


@require_safe
def raw(request: HttpRequest, **key: str) -> StreamingHttpResponse:
    """The log as it is, ANSI codes and all; `inline=1` to read it in the browser."""
    executed = get_executed(request, **key)
    path = log_of(executed)
    response = file_response(request, path, f"{executed.name}-{path.directory.name}.log")
    if request.GET.get("inline") == "1":
        response["Content-Type"] = "text/plain; charset=utf-8"
        response["Content-Disposition"] = "inline"
    return response


def whole_number(request: HttpRequest, name: str, default: int) -> int:
    """A number of the address, not below 0. Raises InvalidInput."""
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidInput(f"{name} is a whole number, not {text[:50]!r}.", name)
    return int(text)
