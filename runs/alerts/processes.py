"""What supervisor and web process do about alerts, beside their own work."""

from collections.abc import Iterator
from contextlib import contextmanager

from runs.alerts.conditions import SupervisorWatch, look_at_conditions
from runs.alerts.delivery import deliver_mail, deliver_webhook
from runs.alerts.threads import Repeated
from runs.lifecycle.selectors import live_supervisors

LOOK_SECONDS = 30.0
DELIVERY_SECONDS = 3.0
SUPERVISOR_SECONDS = 10.0


@contextmanager
def beside_supervisor() -> Iterator[None]:
    with (
        Repeated("alert conditions", look_at_conditions, LOOK_SECONDS),
        Repeated("alert mail", deliver_mail, DELIVERY_SECONDS),
        Repeated("alert webhook", deliver_webhook, DELIVERY_SECONDS),
    ):
        yield


@contextmanager
def beside_web() -> Iterator[None]:
    """Whether there is a supervisor, and its deliveries where there is none."""
    with (
        Repeated("supervisor watch", SupervisorWatch().look, SUPERVISOR_SECONDS),
        Repeated("alert delivery", deliver_instead, DELIVERY_SECONDS),
    ):
        yield


def deliver_instead() -> bool:
    return not live_supervisors() and any([deliver_mail(), deliver_webhook()])
