"""How often somebody may make runs or try to log in; `manage.py launch` asks nothing here.

Runs of a person are counted in the database, which all web processes share. Addresses are
counted in the cache: in Redis where there is one, else each web process counts its own.
"""

import logging
import time
from datetime import timedelta
from ipaddress import ip_address, ip_network
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from runs.asking import asker
from runs.errors import TooManyRequests
from runs.models import Batch, CreationSession, Run

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
# Who has one address of IPv6 has all of its network.
PREFIX_OF_ONE_CLIENT = 64


def require_rate(user: Any) -> None:
    """Before a request makes runs of that person. Raises TooManyRequests.

    Asked once a request, so that retrying a hundred chosen runs is not cut in two. Those of
    batches are not counted: a batch counts as one.
    """
    most = settings.FUSIONWEB_RUNS_PER_MINUTE
    made = Run.objects.filter(owner=user.pk, batch=None)
    require_rate_of_owner(made, most, f"You have made {most} runs within a minute.")
    require_rate_of_address("runs", most, "That many runs a minute are too many from one address.")


def require_batch_rate(user: Any) -> None:
    """The same before a batch is made."""
    most = settings.FUSIONWEB_RUNS_PER_MINUTE
    made = Batch.objects.filter(owner=user.pk)
    require_rate_of_owner(made, most, f"You have made {most} batches within a minute.")
    require_rate(user)


def require_session_rate(user: Any) -> None:
    """The same before a creation session is begun, whatever becomes of it."""
    most = settings.FUSIONWEB_RUNS_PER_MINUTE
    begun = CreationSession.objects.filter(owner=user.pk)
    require_rate_of_owner(begun, most, f"You have begun {most} sessions within a minute.")
    require_rate(user)


def require_rate_of_owner(made: QuerySet[Any], most: int, sentence: str) -> None:
    now = timezone.now()
    window = timedelta(seconds=WINDOW_SECONDS)
    lately = made.filter(created_at__gt=now - window)
    # the oldest of those that fill the window: the next is free when it has left
    oldest = lately.order_by("-created_at", "-pk").values_list("created_at", flat=True)[
        most - 1 : most
    ]
    for created_at in oldest:
        left = ceil((created_at + window - now).total_seconds())
        raise too_many(sentence, left)


def require_login_rate() -> None:
    """Before a password or a login link is looked at. Raises TooManyRequests."""
    require_rate_of_address(
        "logins", settings.FUSIONWEB_LOGINS_PER_MINUTE, "Too many logins from this address."
    )


def require_rate_of_address(what: str, most: int, sentence: str) -> None:
    """Counts this request as well. One whose address nobody knows is not counted."""
    address = asker().address
    if address is None:
        return
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    if counted(f"rate:{what}:{client_of(address)}:{window}") > most:
        raise too_many(sentence, WINDOW_SECONDS - passed)


def client_of(address: str) -> str:
    if ip_address(address).version == 4:
        return address
    return ip_network(f"{address}/{PREFIX_OF_ONE_CLIENT}", strict=False).compressed


def counted(key: str) -> int:
    """How often this key has been counted, with this time; 0 where nobody can count."""
    cache = caches["shared"]
    try:
        if cache.add(key, 1, 2 * WINDOW_SECONDS):
            return 1
        return int(cache.incr(key))
    except ValueError:
        # it was dropped between the two
        return 1
    except RedisError as error:
        # a broker that is down must not lock the lab out
        logger.warning("requests are not counted: %s", error)
        return 0


def too_many(sentence: str, seconds: int) -> TooManyRequests:
    left = max(1, seconds)
    return TooManyRequests(f"{sentence} Try again in {left} s.", left)
