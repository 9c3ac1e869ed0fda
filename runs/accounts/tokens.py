"""Make, find and revoke tokens. The text is shown once; the database keeps its digest."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from runs.access import is_staff
from runs.asking import asker
from runs.errors import InvalidInput, NotAllowed, NotAuthenticated
from runs.events import record_event
from runs.models import Token
from runs.models.token import Scope

START = "fw_"
RANDOM_BYTES = 32
LONGEST_LABEL = 100
MOST_TOKENS = 50
# Not at each request: a script that asks ten times a second must not write as often.
USE_NOTED_AFTER = timedelta(minutes=1)


def digest_of(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def make_token(
    *,
    owner: Any,
    label: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    actor: Any = None,
) -> tuple[Token, str]:
    """A token and its text, which nobody can see again. Raises InvalidInput."""
    check_wish(owner, label, scopes, expires_at)
    text = START + secrets.token_urlsafe(RANDOM_BYTES)
    with transaction.atomic():
        token = Token.objects.create(
            owner=owner,
            label=label.strip(),
            digest=digest_of(text),
            prefix=text[: len(START) + 6],
            scopes=[scope for scope in Scope.values if scope in scopes],
            expires_at=expires_at,
        )
        tell("made", token, actor or owner)
    return token, text


def check_wish(
    owner: Any, label: str, scopes: Collection[str], expires_at: datetime | None
) -> None:
    if not 0 < len(label.strip()) <= LONGEST_LABEL:
        raise InvalidInput(f"A label has 1 to {LONGEST_LABEL} characters.", "label")
    unknown = set(scopes) - set(Scope.values)
    if unknown or not scopes:
        raise InvalidInput(f"Choose from the scopes {', '.join(Scope.values)}.", "scopes")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("The expiry lies in the past.", "expires_at")
    if owner.tokens.filter(revoked_at=None).count() >= MOST_TOKENS:
        raise InvalidInput(f"You have {MOST_TOKENS} tokens. Revoke one first.", "label")


def find_token(text: str) -> Token:
    """The usable token of that text, with its owner, its use noted. Raises NotAuthenticated.

    It is found by its digest: comparing texts would take longer the more of one is right.
    """
    now = timezone.now()
    token = Token.objects.select_related("owner").filter(digest=digest_of(text)).first()
    if token is None or not token.is_usable(now) or not token.owner.is_active:
        raise NotAuthenticated("This token is unknown, revoked or expired.")
    note_use(token, now)
    return token


def note_use(token: Token, now: datetime) -> None:
    address = asker().address
    known = token.last_used_at is not None and now - token.last_used_at < USE_NOTED_AFTER
    if known and token.last_used_from == address:
        return
    Token.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=address)


def revoke_token(*, actor: Any, token: Token) -> None:
    """At once and for ever; a second time changes nothing. Raises NotAllowed."""
    if token.owner_id != actor.pk and not is_staff(actor):
        raise NotAllowed("Only its owner and staff may revoke a token.")
    with transaction.atomic():
        revoked = Token.objects.filter(pk=token.pk, revoked_at=None)
        if revoked.update(revoked_at=timezone.now()):
            tell("revoked", token, actor)


def tell(word: str, token: Token, actor: Any) -> None:
    record_event(
        topic="accounts",
        kind=f"token.{word}",
        subject=f"token:{token.pk}",
        payload={"id": token.pk, "label": token.label, "owner": token.owner.get_username()},
        actor=actor,
    )
