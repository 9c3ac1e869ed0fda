"""What somebody should look at, and how it is sent out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from runs.access import is_staff, require_staff, visible
from runs.alerts.channels import (
    DeliveryFailed,
    channels_in_use,
    mail,
    masked_webhook,
    post,
)
from runs.alerts.selectors import last_delivery, last_fault
from runs.alerts.services import acknowledge, acknowledge_all
from runs.errors import AlertNotFound, InvalidInput
from runs.lists.paging import moment, page_of
from runs.models import Alert, Delivery
from runs.web.templatetags.show import count

RAISED = moment("raised_at")
OPEN = "open"


@dataclass(frozen=True)
class ChannelState:
    """How one way out is set up and what came of it; `to` is empty where it is not in use."""

    channel: Delivery.Channel
    to: str
    last: Delivery | None
    fault: Delivery | None


@require_safe
@never_cache
def alert_list(request: HttpRequest) -> HttpResponse:
    """The page; for its own script the parts of it that change."""
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "alert_list/_parts.html" if part else "alert_list/page.html"
    return render(request, name, list_context(request))


def list_context(request: HttpRequest) -> dict[str, Any]:
    """On the first page those that wait for somebody, before those that do not."""
    kind, show = request.GET.get("kind", ""), request.GET.get("show", "")
    if kind and kind not in Alert.Kind.values:
        raise InvalidInput("There is no such kind of alert.", "kind")
    seen = visible(request.user, Alert.objects.all())
    alerts = seen.filter(kind=kind) if kind else seen
    waiting = alerts.filter(acknowledged_at=None)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    listed = waiting if show == OPEN else alerts.filter(acknowledged_at__isnull=False)
    page = page_of(listed, RAISED, descending=True, after=after, before=before)
    top = [] if show == OPEN or after or before else first_waiting(waiting)
    return {
        "kind": kind,
        "show": show,
        "kinds": Alert.Kind.choices,
        "waiting": top,
        "waiting_count": waiting.count(),
        "listed": in_order(page.keys),
        "page": page,
        "up_to": seen.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "query": request.GET.urlencode(),
        "channels": channel_states() if is_staff(request.user) else [],
    }


def first_waiting(waiting: QuerySet[Alert]) -> list[Alert]:
    return in_order(page_of(waiting, RAISED, descending=True).keys)


def in_order(keys: list[Any]) -> list[Alert]:
    found = Alert.objects.select_related("acknowledged_by").prefetch_related("deliveries")
    rows = found.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def channel_states() -> list[ChannelState]:
    from_settings = {
        Delivery.Channel.MAIL: ", ".join(settings.FUSIONWEB_ALERT_EMAILS),
        Delivery.Channel.WEBHOOK: masked_webhook(),
    }
    in_use = channels_in_use()
    return [
        ChannelState(
            channel,
            to if channel in in_use else "",
            last_delivery(channel),
            last_fault(channel),
        )
        for channel, to in from_settings.items()
    ]


@require_POST
def acknowledge_one(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Raises AlertNotFound."""
    alert = visible(request.user, Alert.objects.filter(pk=alert_id)).first()
    if alert is None:
        raise AlertNotFound
    acknowledge(request.user, alert)
    return acknowledged(request, "Acknowledged.")


@require_POST
def acknowledge_many(request: HttpRequest) -> HttpResponse:
    """All of the kind the list is narrowed to, up to the newest that was shown (`up_to`)."""
    shown = request.POST.get("up_to", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) < 19):
        raise InvalidInput("This page is damaged. Reload it.", "up_to")
    number = acknowledge_all(request.user, up_to=int(shown), kind=request.GET.get("kind", ""))
    return acknowledged(request, f"Acknowledged {count(number, 'alert')}.")


def acknowledged(request: HttpRequest, words: str) -> HttpResponse:
    """The list as it is now, or for who has no script the way back to it."""
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, words)
        query = request.GET.urlencode()
        return redirect(reverse("alert_list") + (f"?{query}" if query else ""))
    response = render(request, "alert_list/_acknowledged.html", list_context(request))
    return trigger_client_event(response, "toast", {"message": words, "level": "success"})


@require_POST
def send_test(request: HttpRequest, channel: str) -> HttpResponse:
    """Staff send one at once and hear what came of it. Raises NotAllowed, InvalidInput."""
    require_staff(request.user, "Only staff may send a test.")
    if channel not in channels_in_use():
        raise InvalidInput("This way of sending alerts is not set up.")
    try:
        words = TESTS[channel]()
    except DeliveryFailed as error:
        messages.error(request, f"The test {channel} was not sent: {error.message}")
    else:
        messages.success(request, words)
    return redirect("alert_list")


def try_mail() -> str:
    mail("[fusionweb] test", "This is a test. Alerts of fusionweb arrive at this address.")
    return f"A test mail was sent to {', '.join(settings.FUSIONWEB_ALERT_EMAILS)}."


def try_webhook() -> str:
    body = {"v": 1, "kind": "test", "message": "This is a test.", "address": "", "count": 1}
    post({**body, "raised_at": timezone.now().isoformat()})
    return "A test was posted to the webhook, which accepted it."


TESTS: dict[str, Callable[[], str]] = {
    Delivery.Channel.MAIL: try_mail,
    Delivery.Channel.WEBHOOK: try_webhook,
}
