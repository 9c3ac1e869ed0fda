"""What every answer carries, and how a fault of ours reaches the person."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from runs.errors import FusionwebError, SetupIncomplete, TooManyRequests
from runs.http.statuses import status_of
from runs.web.views.errors import error_page
from runs.web.views.setup import setup_refusal

# Everything comes from this machine, nothing inline; base.html tells htmx so in a meta tag.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# What no page here needs.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)
Answer = Callable[[HttpRequest], HttpResponse]


class AnswerPolicies:
    """Adds the policies to every answer that has none of its own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class ErrorPages:
    """Turns an error of the domain that no view caught into a page with its sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FusionwebError):
            return None
        if isinstance(exception, SetupIncomplete):
            return setup_refusal(request, exception)
        response = error_page(request, status_of(exception), exception.message)
        if isinstance(exception, TooManyRequests):
            response["Retry-After"] = str(exception.retry_after_seconds)
        return response
