"""What a token is worth: its digest, its scopes, its end."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from runs.accounts.tokens import digest_of, find_token, make_token, revoke_token
from runs.asking import Asker, asking
from runs.errors import InvalidInput, NotAllowed, NotAuthenticated
from runs.models import Event, Token


@pytest.fixture
def made(member):
    return make_token(owner=member, label=" script ", scopes=["run", "read"])


def test_it_is_found_by_its_text_alone(made, member):
    token, text = made
    assert find_token(text) == token
    assert token.owner == member
    assert (token.label, token.scopes) == ("script", ["read", "run"])
    for other in (text[:-1], text.upper(), f"{text} ", token.digest, token.prefix, ""):
        with pytest.raises(NotAuthenticated):
            find_token(other)


def test_no_two_are_alike(member):
    texts = {make_token(owner=member, label="x", scopes=["read"])[1] for _ in range(20)}
    assert len(texts) == 20
    assert min(len(text) for text in texts) > 40


@given(st.text(max_size=200))
def test_any_text_has_a_digest(text):
    assert len(digest_of(text)) == 64


def test_it_ends_when_it_is_revoked_once_and_for_all(made, member):
    token, text = made
    revoke_token(actor=member, token=token)
    first = Token.objects.get().revoked_at
    revoke_token(actor=member, token=token)
    assert Token.objects.get().revoked_at == first
    assert Event.objects.filter(kind="token.revoked").count() == 1
    with pytest.raises(NotAuthenticated):
        find_token(text)


def test_it_ends_with_its_time_and_with_its_owner(made, member):
    _, text = made
    Token.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert find_token(text)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        find_token(text)
    Token.objects.update(expires_at=None)
    member.is_active = False
    member.save()
    with pytest.raises(NotAuthenticated):
        find_token(text)


def test_nobody_but_owner_and_staff_revokes_it(made, other_member, staff):
    token, _ = made
    with pytest.raises(NotAllowed):
        revoke_token(actor=other_member, token=token)
    revoke_token(actor=staff, token=token)
    assert Event.objects.get(kind="token.revoked").actor == staff


@pytest.mark.parametrize(
    "wish",
    [
        {"label": ""},
        {"label": "a" * 101},
        {"scopes": []},
        {"scopes": ["root"]},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_it_makes_none_that_makes_no_sense(member, wish):
    with pytest.raises(InvalidInput):
        make_token(owner=member, **{"label": "x", "scopes": ["read"], **wish})


def test_it_notes_its_use_once_a_minute_and_each_new_address(made):
    _, text = made
    with asking(Asker("trace", "10.0.0.1")):
        find_token(text)
        first = Token.objects.get()
        find_token(text)
        assert Token.objects.get().last_used_at == first.last_used_at
    with asking(Asker("trace", "10.0.0.2")):
        find_token(text)
    assert Token.objects.get().last_used_from == "10.0.0.2"
    assert Token.objects.get().last_used_at > first.last_used_at
