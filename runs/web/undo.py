"""A deletion's message, with the button that takes it back."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

TEMPLATE = "frame/_toast.html"


def deleted_toast(
    request: HttpRequest, words: str, undo: Sequence[int], *, level: str, address: str
) -> HttpResponse:
    """The page stays and updates itself; without script it is shown anew, at `address`."""
    if not request.htmx:  # type: ignore[attr-defined]
        say_deleted(request, words, undo, level=level, address=address)
        return redirect(address)
    context = {"words": words, "undo": undo, "level": level, "next": address}
    response = render(request, TEMPLATE, context)
    response["HX-Retarget"] = "#toasts"
    response["HX-Reswap"] = "beforeend"
    response["HX-Push-Url"] = "false"
    return trigger_client_event(response, "fusionweb:acted", {}, after="swap")


def deleted_and_gone(
    request: HttpRequest, words: str, undo: Sequence[int], *, level: str, address: str
) -> HttpResponse:
    """The page showed what was deleted: on to another, which tells of it."""
    say_deleted(request, words, undo, level=level, address=address)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    return redirect(address)


def say_deleted(
    request: HttpRequest, words: str, undo: Sequence[int], *, level: str, address: str
) -> None:
    context = {"words": words, "undo": undo, "level": level, "next": address}
    html = mark_safe(render_to_string(TEMPLATE, context, request))
    number = messages.WARNING if level == "warning" else messages.SUCCESS
    messages.add_message(request, number, html, extra_tags="whole")
