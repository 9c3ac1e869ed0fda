"""A token from the command line."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from runs.accounts.tokens import find_token


def printed(*words):
    out = StringIO()
    call_command("token", *words, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_token_that_works(member):
    token = find_token(printed("ada"))
    assert token.owner == member
    assert token.scopes == ["read", "run"]
    assert token.expires_at is None


def test_it_takes_label_scopes_and_days(staff):
    words = ["root", "--label", "ci", "--scope", "review", "--scope", "read", "--days", "7"]
    token = find_token(printed(*words))
    assert (token.label, token.scopes) == ("ci", ["read", "review"])
    assert abs(token.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody"], "there is no user nobody"),
        (["ada", "--days", "0"], "--days is a whole number"),
        (["ada", "--days", "99999999"], "--days is a whole number"),
        (["ada", "--scope", "all"], "invalid choice"),
        (["ada", "--label", ""], "1 to 100 characters"),
    ],
)
def test_it_says_what_is_wrong(member, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        printed(*words)


def test_it_makes_none_for_who_is_switched_off(member):
    member.is_active = False
    member.save()
    with pytest.raises(CommandError, match="switched off"):
        printed("ada")
