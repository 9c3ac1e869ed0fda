"""A trace id for each request, in its answer and in all that is logged and recorded for it."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from runs.asking import Asker, asking

from .address import client_address

HEADER = "X-Trace-Id"


class Trace:
    """The outermost of our middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with asking(Asker(secrets.token_hex(8), client_address(request.META))) as who:
            response = self.get_response(request)
            response.headers.setdefault(HEADER, who.trace_id)
            return response
