"""Who asks, for as long as a request or a socket lasts: what events and log lines say of it.

Set at the edge (HTTP middleware, socket, command); the domain only reads it, so that no
service has to hand it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Asker:
    """`address` is the client's, as far as known; `token_id` the token a script showed."""

    trace_id: str = ""
    address: str | None = None
    token_id: int | None = None


NOBODY = Asker()
_asker: ContextVar[Asker] = ContextVar("asker", default=NOBODY)


def asker() -> Asker:
    """`NOBODY` outside of any request, as in the supervisor."""
    return _asker.get()


@contextmanager
def asking(who: Asker) -> Iterator[Asker]:
    before = _asker.set(who)
    try:
        yield who
    finally:
        _asker.reset(before)


def known_by_token(token_id: int) -> None:
    """The present asker has shown this token: told once authentication has found it."""
    now = _asker.get()
    _asker.set(Asker(now.trace_id, now.address, token_id))
