"""Who opens a socket: a script with its token in the header, or a page of ours with its session.

A token needs no Origin, for no browser can send the header. A session does: any page on the net
could open a socket with the cookies of who looks at it.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from runs.accounts.standing import Standing, by_session, by_token
from runs.accounts.tokens import find_token
from runs.asking import known_by_token
from runs.errors import NotAllowed, NotAuthenticated
from runs.models import Token
from runs.models.token import Scope

from .consumers.stream import NOT_ALLOWED, NOT_LOGGED_IN
from .socket_logins import socket_logins


class SocketAuth:
    """Puts `user` into the scope; refuses a bad token, one in the address, a page of elsewhere."""

    def __init__(self, sockets: Any) -> None:
        self.by_token = Watched(sockets)
        self.by_session = AuthMiddlewareStack(Watched(sockets))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if is_token_in_address(scope):
            # addresses are kept in logs and histories, where a token must never be
            await refuse(receive, send, NOT_LOGGED_IN)
        elif (written := header(scope, b"authorization")) is not None:
            await self.enter_by_token(written, scope, receive, send)
        elif header(scope, b"origin") is None and header(scope, b"cookie") is None:
            await refuse(receive, send, NOT_LOGGED_IN)
        elif is_from_here(scope):
            await self.by_session(scope, receive, send)
        else:
            # Not accepted at all, so 403, as RFC 6455 (10.2) has it for a foreign Origin.
            await send({"type": "websocket.close"})

    async def enter_by_token(self, written: str, scope: Any, receive: Any, send: Any) -> None:
        try:
            token = await database_sync_to_async(token_of)(written)
        except NotAuthenticated:
            await refuse(receive, send, NOT_LOGGED_IN)
            return
        except NotAllowed:
            await refuse(receive, send, NOT_ALLOWED)
            return
        known_by_token(token.pk)
        scope = {**scope, "user": token.owner, "standing": by_token(token)}
        await self.by_token(scope, receive, send)


class Watched:
    """Closes the socket with 4401 when the login that opened it ends."""

    def __init__(self, sockets: Any) -> None:
        self.sockets = sockets

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        standing = scope.get("standing") or standing_of_session(scope)
        if standing is None:
            await self.sockets(scope, receive, send)
            return

        async def close() -> None:
            await send({"type": "websocket.close", "code": NOT_LOGGED_IN})

        with socket_logins().watch(standing, close):
            await self.sockets(scope, receive, send)


def standing_of_session(scope: Any) -> Standing | None:
    """None for somebody anonymous, whom the sockets themselves refuse."""
    user = scope["user"]
    return by_session(user, scope["session"].session_key) if user.is_authenticated else None


def token_of(written: str) -> Token:
    """Raises NotAuthenticated, NotAllowed."""
    scheme, _, text = written.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("Write: Authorization: Bearer TOKEN")
    token = find_token(text.strip())
    if Scope.READ not in token.scopes:
        raise NotAllowed(f"This token has no scope {Scope.READ}.")
    return token


def is_token_in_address(scope: Any) -> bool:
    return "token" in parse_qs(scope["query_string"].decode("latin1"), keep_blank_values=True)


def is_from_here(scope: Any) -> bool:
    """The same rule as for forms: the Origin is the host asked for, or one of
    CSRF_TRUSTED_ORIGINS."""
    try:
        origin = urlsplit(header(scope, b"origin") or "")
        domain, _ = split_domain_port(origin.netloc.lower())
    except ValueError:
        return False
    if is_trusted(origin.scheme, origin.netloc.lower()):
        return True
    host = header(scope, b"host")
    same = host is None or host.lower() == origin.netloc.lower()
    return bool(domain) and same and validate_host(domain, settings.ALLOWED_HOSTS)


def is_trusted(scheme: str, netloc: str) -> bool:
    """`https://*.lab.example` names all hosts below."""
    trusted = [urlsplit(origin) for origin in settings.CSRF_TRUSTED_ORIGINS]
    return any(
        scheme == each.scheme and is_same_domain(netloc, each.netloc.lstrip("*"))
        for each in trusted
    )


def header(scope: Any, name: bytes) -> str | None:
    for written, value in scope["headers"]:
        if written == name:
            return str(value.decode("latin1"))
    return None


async def refuse(receive: Any, send: Any, code: int) -> None:
    """Accepted before it is closed: a client sees the close code of an open socket only."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
