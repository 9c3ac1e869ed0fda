"""The ways out: which are set up, and one alert or several sent over each.

What goes wrong is told in words that never hold the webhook's address or a password: both are
secrets, and these words are stored, logged and shown.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from runs.errors import PassingFault
from runs.models import Alert, Delivery

WEBHOOK_SECONDS = 10
LONGEST_SUBJECT = 150
MOST_PARAGRAPHS = 50
LONGEST_FAULT = 500
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


class DeliveryFailed(PassingFault):
    """Not sent; the message says why, in words fit to be shown."""

    code = "delivery_failed"


def mail_in_use() -> bool:
    return bool(settings.FUSIONWEB_ALERT_EMAILS) and settings.EMAIL_BACKEND != NO_MAIL


def webhook_in_use() -> bool:
    return bool(settings.FUSIONWEB_ALERT_WEBHOOK)


def channels_in_use() -> list[Delivery.Channel]:
    found = [(Delivery.Channel.MAIL, mail_in_use()), (Delivery.Channel.WEBHOOK, webhook_in_use())]
    return [channel for channel, in_use in found if in_use]


def masked_webhook() -> str:
    """Its server alone: path and query are what lets anybody post there."""
    address = urlsplit(settings.FUSIONWEB_ALERT_WEBHOOK)
    return f"{address.scheme}://{address.hostname}/…" if address.hostname else ""


def absolute_address(address: str) -> str:
    """For who reads it elsewhere; as it is where this server does not know its own name."""
    return f"{settings.FUSIONWEB_PUBLIC_ADDRESS}{address}" if address else ""


def send_mail(alerts: Sequence[Alert]) -> None:
    """One mail about all of them. Raises DeliveryFailed."""
    paragraphs = [paragraph_of(alert) for alert in alerts[:MOST_PARAGRAPHS]]
    if more := len(alerts) - len(paragraphs):
        paragraphs.append(f"and {more} more: {absolute_address('/alerts/')}")
    mail(subject_of(alerts), "\n\n".join(paragraphs))


def mail(subject: str, body: str) -> None:
    """To everybody who gets alerts. Raises DeliveryFailed."""
    end = f"\n\n-- \nfusionweb {settings.FUSIONWEB_PUBLIC_ADDRESS}".rstrip()
    message = EmailMessage(subject, body + end, to=settings.FUSIONWEB_ALERT_EMAILS)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise DeliveryFailed(f"refused: {', '.join(error.recipients)}"[:LONGEST_FAULT]) from None
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        said = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
        raise DeliveryFailed(f"{error.smtp_code} {said}"[:LONGEST_FAULT]) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise DeliveryFailed(words_of(error)) from None


def subject_of(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        alert = alerts[0]
        subject = f"[fusionweb] {alert.get_kind_display()}: {alert.message}"
    else:
        counts = Counter(alert.get_kind_display() for alert in alerts)
        parts = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
        subject = f"[fusionweb] {len(alerts)} alerts: {parts}"
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"


def paragraph_of(alert: Alert) -> str:
    lines = [alert.message, f"{alert.get_kind_display()}, {moment(alert.raised_at)}"]
    if alert.count > 1:
        lines.append(f"{alert.count} times, last {moment(alert.last_at)}")
    if alert.over_at:
        lines.append(f"over since {moment(alert.over_at)}")
    if alert.address:
        lines.append(absolute_address(alert.address))
    return "\n".join(lines)


def moment(when: datetime) -> str:
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M:%S %Z}"


def send_webhook(alert: Alert) -> None:
    """Raises DeliveryFailed."""
    post(
        {
            "v": 1,
            "kind": str(alert.kind),
            "message": alert.message,
            "address": absolute_address(alert.address),
            "count": alert.count,
            "raised_at": alert.raised_at.isoformat(),
        }
    )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead anywhere, into the lab's own network too."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def post(body: dict[str, Any]) -> None:
    """To the webhook, as JSON. Raises DeliveryFailed for anything but an answer 2xx."""
    try:
        request = webhook_request(body)
        urllib.request.build_opener(NoRedirect).open(request, timeout=WEBHOOK_SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        redirect = ", a redirect, which is not followed" if 300 <= error.code < 400 else ""
        raise DeliveryFailed(f"it answered {error.code}{redirect}") from None
    except urllib.error.URLError as error:
        raise DeliveryFailed(words_of(error.reason)) from None
    except (OSError, HTTPException, ValueError) as error:
        raise DeliveryFailed(words_of(error)) from None


def webhook_request(body: dict[str, Any]) -> urllib.request.Request:
    """A name and password in the address go where HTTP wants them. Raises ValueError."""
    address = urlsplit(settings.FUSIONWEB_ALERT_WEBHOOK)
    user, at, server = address.netloc.rpartition("@")
    headers = {"Content-Type": "application/json", "User-Agent": "fusionweb"}
    if at:
        headers["Authorization"] = f"Basic {b64encode(unquote(user).encode()).decode()}"
    return urllib.request.Request(
        urlunsplit(address._replace(netloc=server)),
        data=json.dumps(body).encode(),
        headers=headers,
        method="POST",
    )


def words_of(error: object) -> str:
    """Never `str(error)` of what may quote the address."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return f"no safe connection: {error.reason or 'TLS failed'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:LONGEST_FAULT]
    return f"failed: {type(error).__name__}"
