"""Whether a login that began a while ago still holds: for what stays open longer than a request."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone

from runs.models import Token


@dataclass(frozen=True)
class Standing:
    """By session or by token. `seal` is the session's tie to the password: a new one ends it."""

    user_id: int
    session_key: str = ""
    seal: str = ""
    token_id: int = 0


def by_session(user: Any, session_key: str) -> Standing:
    return Standing(user.pk, session_key, user.get_session_auth_hash())


def by_token(token: Token) -> Standing:
    return Standing(token.owner_id, token_id=token.pk)


def ended(standings: Collection[Standing]) -> set[Standing]:
    """Those that no longer hold: logged out, expired, revoked, or their person switched off.

    Three queries, however many there are.
    """
    now = timezone.now()
    ids = {standing.user_id for standing in standings}
    users = get_user_model().objects.filter(pk__in=ids, is_active=True)
    seals = {user.pk: user.get_session_auth_hash() for user in users}
    keys = {standing.session_key for standing in standings}
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    found = Token.objects.filter(pk__in={standing.token_id for standing in standings})
    tokens = {token.pk for token in found if token.is_usable(now)}
    return {
        standing
        for standing in standings
        if standing.user_id not in seals
        or (standing.token_id and standing.token_id not in tokens)
        or (standing.session_key and standing.session_key not in sessions)
        or (standing.seal and standing.seal != seals[standing.user_id])
    }
