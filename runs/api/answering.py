"""What every address of the API does alike, before and after its operation.

HEAD is answered as GET without a body and OPTIONS with the methods there are; a method that
is not among them, and an address that nobody knows, answer in the API's shape of errors.
"""

import functools
from collections.abc import Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from .errors import error_answer

View = Callable[..., Any]
NOT_ALLOWED = 405


def answering(view: View) -> View:
    """The view of an address, sync as async; nobody is led to the login page."""
    wrapped = answering_async(view) if iscoroutinefunction(view) else answering_sync(view)
    vars(wrapped)["login_required"] = False
    return wrapped


def answering_sync(view: View) -> View:
    @functools.wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        method = request.method or ""
        refusal = refuse(request)
        return refusal or finish(method, request, view(as_get(request), **parts))

    return answer


def answering_async(view: View) -> View:
    @functools.wraps(view)
    async def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        method = request.method or ""
        refusal = refuse(request)
        return refusal or finish(method, request, await view(as_get(request), **parts))

    return markcoroutinefunction(answer)


def refuse(request: HttpRequest) -> HttpResponse | None:
    """What no operation need see: it could not be stored, looked up or measured."""
    if "\0" in request.path:
        return unknown_address(request)
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        return error_answer(
            411, "length_required", "Say how long the body is: send it with Content-Length."
        )
    return None


def as_get(request: HttpRequest) -> HttpRequest:
    if request.method == "HEAD":
        request.method = "GET"
    return request


def finish(method: str, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    request.method = method
    if response.status_code == NOT_ALLOWED:
        return other_method(method, response["Allow"])
    return without_content(response) if method == "HEAD" else response


def other_method(method: str, allowed: str) -> HttpResponse:
    """`allowed` are the methods of the operations there."""
    methods = {word.strip() for word in allowed.split(",")} | {"OPTIONS"}
    methods |= {"HEAD"} if "GET" in methods else set()
    written = ", ".join(sorted(methods))
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": written})
    answer = error_answer(
        NOT_ALLOWED, "method_not_allowed", f"There is no {method} here, only {written}."
    )
    answer["Allow"] = written
    return answer


def without_content(response: HttpResponseBase) -> HttpResponseBase:
    """Its headers alone; what streams is never begun."""
    if response.streaming:
        headers = dict(response.items())
        response.close()
        return HttpResponse(status=response.status_code, headers=headers)
    plain = cast(HttpResponse, response)
    length = str(len(plain.content))
    plain.content = b""
    plain["Content-Length"] = length
    return plain


def unknown_address(request: HttpRequest, **parts: Any) -> HttpResponse:
    """No redirect to an address with or without a slash: it would lose what was sent."""
    slash = " Addresses of the API end without a slash." if request.path.endswith("/") else ""
    return error_answer(404, "not_found", f"There is no such address.{slash}")
