"""What went wrong, in one shape: {"error": {code, message, field?, details?, trace_id}}."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from runs.asking import asker
from runs.errors import (
    ConfigurationInvalid,
    FusionwebError,
    Malformed,
    SetupIncomplete,
    TooLarge,
    TooManyRequests,
)
from runs.http.statuses import status_of

from .parser import BODY_BYTES_MAX

logger = logging.getLogger(__name__)

MOST_FAULTS = 100
MOST_MIB = BODY_BYTES_MAX // 1024 // 1024
OUTSIDE = {
    400: ("bad_request", "The server could not read this request."),
    500: ("internal_error", "Something went wrong on our side."),
}
CODES = {
    400: "malformed_json",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
}


def error_answer(status: int, code: str, message: str, **more: Any) -> JsonResponse:
    """`more` is `field`, `details`, `state` and `missing`, left out where empty."""
    error = {"code": code, "message": message}
    error |= {name: value for name, value in more.items() if value}
    return JsonResponse({"error": {**error, "trace_id": asker().trace_id}}, status=status)


def by_address(page: Callable[..., HttpResponse], status: int) -> Callable[..., HttpResponse]:
    """For what goes wrong before any view is asked, such as an unknown host: the page, but
    below /api/ our own shape."""
    code, message = OUTSIDE[status]

    def answer(request: HttpRequest, *more: Any, **named: Any) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return error_answer(status, code, message)
        return page(request, *more, **named)

    return answer


def on_domain_error(request: HttpRequest, error: FusionwebError) -> HttpResponse:
    answer = error_answer(
        status_of(error),
        error.code,
        error.message,
        field=getattr(error, "field", None),
        details=details_of(error),
        **setup_of(error),
    )
    if isinstance(error, TooManyRequests):
        answer["Retry-After"] = str(error.retry_after_seconds)
    return answer


def details_of(error: FusionwebError) -> list[dict[str, Any]]:
    """One entry a fault of a configuration: path, message, and the line where there is one."""
    if not isinstance(error, ConfigurationInvalid):
        return []
    return [
        {"path": problem.path, "message": problem.message, "line": problem.line}
        for problem in error.problems
    ]


def setup_of(error: FusionwebError) -> dict[str, Any]:
    if not isinstance(error, SetupIncomplete):
        return {}
    return {"state": error.state, "missing": [asdict(each) for each in error.missing]}


def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit its schema: the field at fault, all of them in the details."""
    details = [
        {"path": path_of(fault["loc"]), "message": fault["msg"]}
        for fault in error.errors[:MOST_FAULTS]
    ]
    first = details[0] if details else {"path": "", "message": "The request does not fit."}
    message = f"{first['path']}: {first['message']}" if first["path"] else first["message"]
    return error_answer(422, "validation_failed", message, field=first["path"], details=details)


def path_of(place: tuple[str | int, ...]) -> str:
    """Without where it was sent, which for a body is said twice."""
    inside = place[2:] if place[0] == "body" else place[1:]
    return ".".join(str(part) for part in inside)


def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the parser says of a body comes wrapped in one of ninja's."""
    if isinstance(error.__cause__, FusionwebError):
        return on_domain_error(request, error.__cause__)
    code = CODES.get(error.status_code, "request_refused")
    return error_answer(error.status_code, code, error.message)


def on_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Said by Content-Length alone: nothing of it was read."""
    return on_domain_error(request, TooLarge(f"A body may have at most {MOST_MIB} MiB."))


def on_broken_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return on_domain_error(request, Malformed("The body broke off."))


def on_not_authenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = error_answer(401, CODES[401], "Send a token: Authorization: Bearer TOKEN")
    answer["WWW-Authenticate"] = 'Bearer realm="fusionweb"'
    return answer


def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_answer(404, CODES[404], "There is no such address.")


def on_any(request: HttpRequest, error: Exception) -> HttpResponse:
    """Nothing inside is told; the trace id leads to the line that tells all."""
    logger.error("trace %s: %s %s failed", asker().trace_id, request.method, request.path,
                 exc_info=error)  # fmt: skip
    return error_answer(500, "internal_error", "Something went wrong on our side.")


HANDLERS: list[tuple[type[Exception], Any]] = [
    (FusionwebError, on_domain_error),
    (ValidationError, on_validation_error),
    (AuthenticationError, on_not_authenticated),
    (HttpError, on_http_error),
    (RequestDataTooBig, on_too_large),
    (UnreadablePostError, on_broken_off),
    (Http404, on_missing),
    (Exception, on_any),
]


def add_error_handlers(api: NinjaAPI) -> None:
    for kind, handler in HANDLERS:
        api.add_exception_handler(kind, handler)
