"""Logins as events, and what somebody sees who has guessed too often.

Told by Django's own signals, so that no way of logging in can forget it.
"""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.utils import timezone

from runs.asking import NOBODY, asker
from runs.errors import TooManyRequests
from runs.events import record_event


def connect() -> None:
    """Called once, when the app is ready: after axes, whose findings are read here."""
    user_logged_in.connect(on_login, dispatch_uid="runs.login")
    user_logged_out.connect(on_logout, dispatch_uid="runs.logout")
    user_login_failed.connect(on_failure, dispatch_uid="runs.login_failed")
    user_locked_out.connect(on_lock, dispatch_uid="runs.login_locked")


def on_login(sender: Any, user: Any, **more: Any) -> None:
    tell("login", user.get_username(), user)


def on_logout(sender: Any, user: Any, **more: Any) -> None:
    if user is not None:
        tell("logout", user.get_username(), user)


def on_failure(sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any) -> None:
    """Not where the lock held already: whoever goes on against it must not fill the trail."""
    if getattr(request, "axes_failures_since_start", None) is not None:
        tell("login_failed", credentials.get("username"))


def on_lock(sender: Any, request: Any, username: str | None, **more: Any) -> None:
    if request.axes_failures_since_start is not None:
        tell("login_locked", username)


def tell(kind: str, username: str | None, actor: Any = None) -> None:
    """Outside of a request nobody has come in: a script that sets a session up is no login.

    A name that is nobody's is not kept: people type their password there.
    """
    if asker() is NOBODY:
        return
    user = actor or get_user_model().objects.filter(username=username or "").first()
    name = user.get_username() if user else ""
    with transaction.atomic():
        record_event(
            topic="accounts",
            kind=kind,
            subject=f"user:{user.pk}" if user else "",
            payload={"user": name},
            actor=actor,
        )


def lock_error(username: str | None, address: str | None) -> TooManyRequests:
    """What to say to who is locked out, and for how long."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=address)
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    cool_off = get_cool_off() or timedelta()
    left = ceil(((last or timezone.now()) + cool_off - timezone.now()).total_seconds())
    minutes = max(1, ceil(left / 60))
    sentence = (
        f"Too many wrong passwords for this name. Try again in {minutes} min, "
        "or ask staff for a login link."
    )
    return TooManyRequests(sentence, max(1, left))
