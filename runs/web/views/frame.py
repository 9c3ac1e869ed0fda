"""The state in the header: slots and whether a supervisor is alive, for an open page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def frame(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/_state.html")
