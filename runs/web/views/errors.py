"""Pages for what goes wrong: a sentence, what to do, and a trace id where it is our fault."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from runs.asking import asker

logger = logging.getLogger(__name__)

TITLES = {
    400: "This request cannot be read",
    403: "Not allowed",
    404: "Not found",
    409: "Not possible now",
    422: "Something needs to be changed",
    429: "Too many requests",
    503: "Not possible at the moment",
}


def error_page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """The sentence as a page in the frame, or as a toast where a fragment was asked for."""
    if getattr(request, "htmx", False):
        response = render(request, "errors/_error.html", {"message": message}, status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        response["HX-Push-Url"] = "false"
        return response
    context = {"status": status, "title": TITLES.get(status, "An error"), "message": message}
    user = getattr(request, "user", None)
    framed = user is not None and user.is_authenticated
    name = "errors/error.html" if framed else "errors/error_bare.html"
    return render(request, name, context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request, 404, "There is no such page, or what it showed has been deleted since."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, str(exception) or "You may not do this.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400, "The server could not read what your browser sent.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.info("csrf check failed: %s", reason)
    return error_page(
        request,
        403,
        "This form was too old or came from elsewhere, and nothing was done. "
        "Go back, reload the page and send it again.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of database or session, for they may be what has failed."""
    trace_id = asker().trace_id or secrets.token_hex(8)
    logger.error("trace %s: %s %s failed", trace_id, request.method, request.path)
    context: dict[str, Any] = {"trace_id": trace_id}
    headers = {"X-Trace-Id": trace_id}
    if request.headers.get("HX-Request") == "true":
        headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Push-Url": "false"}
        html = render_to_string("errors/_server_error.html", context)
    else:
        html = render_to_string("errors/server_error.html", context)
    return HttpResponse(html, status=500, headers=headers)
