"""Logs and progress as Server-Sent Events: `curl -N` follows a run, and ends when it ends."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Header, Query

from runs.accounts.standing import Standing, by_session
from runs.api.executed import ExecutedRouter
from runs.api.responses import answers, streams
from runs.api.schemas.stream import ResumeAsked, StreamAsked, resumed_at
from runs.asking import asker
from runs.executed import Executed, confined
from runs.live.edge import LOG_KIND, PROGRESS_KIND, Kind
from runs.live.event_stream import EventStream

router = ExecutedRouter()
EVENTS = "text/event-stream"
DOCUMENTED: dict[str, Any] = {"response": answers(None, 404), "openapi_extra": streams(EVENTS)}


@router.get("/log/stream", **DOCUMENTED)
def log_stream(
    request: HttpRequest,
    executed: Executed,
    asked: Query[StreamAsked],
    resumed: Header[ResumeAsked],
) -> StreamingHttpResponse:
    """Follow the log: events `log` with `{offset, next, text}`, at last `done` with the status.

    Each `id` is the offset to go on at. `reset` says that the log was begun anew, `error` that
    there is no more to see; a stream that ends without `done` is to be asked for again.
    """
    return stream_of(request, executed, LOG_KIND, asked, resumed)


@router.get("/progress/stream", **DOCUMENTED)
def progress_stream(
    request: HttpRequest,
    executed: Executed,
    asked: Query[StreamAsked],
    resumed: Header[ResumeAsked],
) -> StreamingHttpResponse:
    """Follow the progress: `progress` with `{offset, next, events}`, at last `done`.

    As for the log; a line that is no JSON object is told of by `warning`.
    """
    return stream_of(request, executed, PROGRESS_KIND, asked, resumed)


def stream_of(
    request: HttpRequest, executed: Executed, kind: Kind, asked: StreamAsked, resumed: ResumeAsked
) -> StreamingHttpResponse:
    start = resumed_at(resumed)
    if start is None:
        start = asked.offset if asked.from_start else end_of(executed, kind)
    events = EventStream(request.user, standing_of(request), executed, asker().trace_id)
    response = StreamingHttpResponse(events.of(kind, start), content_type=EVENTS)
    response["Cache-Control"] = "no-store"
    # nginx would gather them
    response["X-Accel-Buffering"] = "no"
    return response


def end_of(executed: Executed, kind: Kind) -> int:
    return kind.at_edge(confined(executed, kind.file_name)).offset


def standing_of(request: HttpRequest) -> Standing:
    """The login that the stream lasts as long as."""
    user: Any = request.user
    token_id = asker().token_id
    if token_id is not None:
        return Standing(user.pk, token_id=token_id)
    return by_session(user, request.session.session_key or "")
