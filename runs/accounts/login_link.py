"""A link that logs somebody in, once: for the first staff user, and who forgot the password."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from runs.errors import NotAllowed

SALT = "runs.accounts.login_link"
VALID_SECONDS = 24 * 3600
REFUSAL = "This login link has been used, has expired or was cut short. Ask staff for a new one."


def make_login_link(user: Any, base_url: str) -> str:
    """An absolute address, good for a day or until the user's next login or new password."""
    token = signing.dumps([user.pk, fingerprint(user)], salt=SALT)
    return f"{base_url.rstrip('/')}{reverse('login_link', args=[token])}"


def fingerprint(user: Any) -> str:
    """Changes with every login, which is what makes the link work once."""
    return salted_hmac(SALT, f"{user.last_login}{user.password}").hexdigest()[:24]


def use_login_token(token: str) -> Any:
    """The user it lets in. Raises NotAllowed.

    Call inside the transaction that records the login: of two uses at once, one waits for
    the other and is then refused.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a login token is used in a transaction")
    try:
        pk, seal = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise NotAllowed(REFUSAL) from error
    user = get_user_model().objects.select_for_update().filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(seal, fingerprint(user)):
        raise NotAllowed(REFUSAL)
    return user
