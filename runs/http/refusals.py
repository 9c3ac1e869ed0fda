"""A request refused before any view has seen it, in the shape its sender reads."""

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

API = "/api/"


def refusal(path: str, status: int, code: str, message: str, trace_id: str = "") -> HttpResponse:
    """JSON where the address is the API's, else a page that asks nothing of the database."""
    if path.startswith(API):
        error = {"code": code, "message": message, "trace_id": trace_id}
        return JsonResponse({"error": error}, status=status)
    context = {"status": status, "title": "This request is refused", "message": message}
    return HttpResponse(render_to_string("errors/error_bare.html", context), status=status)
