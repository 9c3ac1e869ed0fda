"""Parts of a run's log as JSON, its search, and the file as it is."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from runs.contract.layout import LOG
from runs.errors import InvalidInput
from runs.files.lines import Lines, last_lines, read_lines, whole_line
from runs.files.log import decode_chunk, read_range
from runs.files.search import search_log
from runs.web.downloads import file_response
from runs.web.views.loading import get_run

MOST_LINES = 2000
FRAME_BYTES = 64 * 1024
MATCHES = 500


@require_safe
def lines(request: HttpRequest, run_id: str) -> JsonResponse:
    """Lines by number (`line`, `count`), one of them whole (`whole=1`), the last (`tail`).

    `from_offset` answers as a frame of the socket does, for whoever has to poll.
    """
    path = get_run(request, run_id).directory / LOG
    if "from_offset" in request.GET:
        return JsonResponse(frame(path, whole_number(request, "from_offset", 0)))
    if "tail" in request.GET:
        return JsonResponse(as_json(last_lines(path, whole_number(request, "tail", 500))))
    number = whole_number(request, "line", 1)
    if request.GET.get("whole"):
        return JsonResponse({"line": number, "text": whole_line(path, number)})
    count = min(whole_number(request, "count", 500), MOST_LINES)
    return JsonResponse(as_json(read_lines(path, number, count)))


def as_json(found: Lines) -> dict[str, Any]:
    """Whole lines alone: the one being written comes over the socket, from `next` on."""
    return {
        "first": found.first,
        "next": found.next,
        "at_end": found.at_end,
        "lines": [line.text for line in found.lines],
        "cut": {line.number: line.size_bytes for line in found.lines if line.cut},
    }


def frame(path: Path, offset: int) -> dict[str, Any]:
    chunk = read_range(path, offset, FRAME_BYTES)
    text, used = decode_chunk(chunk.data)
    return {"offset": offset, "next": offset + used, "text": text, "size": chunk.size}


@require_safe
def search(request: HttpRequest, run_id: str) -> JsonResponse:
    """Lines that hold `q`; a query that cannot be searched is told at its field."""
    path = get_run(request, run_id).directory / LOG
    regex = request.GET.get("regex") == "1"
    try:
        result = search_log(
            path, request.GET.get("q", ""), regex=regex, ignore_case=True, limit=MATCHES
        )
    except InvalidInput as error:
        return JsonResponse({"message": error.message}, status=422)
    return JsonResponse(asdict(result))


@require_safe
def raw(request: HttpRequest, run_id: str) -> StreamingHttpResponse:
    """The log as it is, ANSI codes and all; `inline=1` to read it in the browser."""
    run = get_run(request, run_id)
    response = file_response(request, run.directory / LOG, f"{run.name}-{run.pk}.log")
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
