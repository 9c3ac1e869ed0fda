"""Who asks: a token in the header, or the session of a browser together with its CSRF token."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from runs.accounts.tokens import find_token
from runs.asking import known_by_token
from runs.errors import NotAllowed, NotAuthenticated
from runs.models.token import Scope

SAFE = ("GET", "HEAD", "OPTIONS")


class TokenAuth(HttpBearer):
    """`request.user` becomes the token's owner. Raises NotAuthenticated, NotAllowed.

    A token without the scope is refused before its owner is asked for anything.
    """

    openapi_name = "token"

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return None
        user = super().__call__(request)
        if user is None:
            raise NotAuthenticated("Write: Authorization: Bearer TOKEN")
        return user

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = find_token(token)
        known_by_token(found.pk)
        if self.scope not in found.scopes:
            raise NotAllowed(f"This token has no scope {self.scope}.")
        request.user = found.owner
        return found.owner


class SessionAuth(AuthBase):
    """The session of a browser; what changes something needs its CSRF token as well."""

    openapi_type = "apiKey"
    openapi_name = "session"
    openapi_in = "cookie"
    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request):
            raise NotAllowed("The CSRF token is missing or wrong: send it as X-CSRFToken.")
        return request.user


def needs(scope: Scope) -> list[AuthBase]:
    """For `auth=` of every operation: what a token must be made for."""
    return [TokenAuth(scope), SessionAuth()]
