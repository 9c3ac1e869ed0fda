"""No body is read that is larger than anything we take."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from runs.asking import asker

from .refusals import refusal

CODE = "payload_too_large"


def sentence() -> str:
    return f"A request has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20} MiB."


class BodyLimit:
    """Answers 413 to a length that is announced too large, before the body is looked at.

    One that announces none is bounded while it comes in, by the server.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        written = str(request.META.get("CONTENT_LENGTH") or "0")
        length = int(written) if written.isascii() and written.isdigit() else 0
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return refusal(request.path, 413, CODE, sentence(), asker().trace_id)
        return self.get_response(request)
