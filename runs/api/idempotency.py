"""A request sent twice, by a script that has not heard the answer, makes one thing."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ninja import Header

IdempotencyKey = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=200,
        description="Any text of your own: sent twice, the same request makes one.",
    ),
]


def id_for(request: HttpRequest, key: str, nouns: str) -> str:
    """Of the run or the batch that this key makes: nobody can choose an id, nor meet another
    person's. Empty without a key."""
    if not key:
        return ""
    return salted_hmac(f"runs.api.{nouns}", f"{request.user.pk} {key}").hexdigest()[:12]
