"""Make, see and revoke one's own tokens on their page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from runs.accounts.tokens import MOST_TOKENS, find_token, make_token
from runs.errors import NotAuthenticated
from runs.models import Event, Token

LIST = "/account/tokens/"
MAKE = "/account/tokens/make/"
WISH = {"label": "nightly", "scopes": ["read", "run"], "days": "30"}


@pytest.fixture(autouse=True)
def logged_in(client, member):
    client.force_login(member)


def shown(answer):
    return answer.content.decode()


def make(client, **wish):
    answer = client.post(MAKE, {**WISH, **wish})
    return answer, re.search(r">(fw_[\w-]+)</code>", shown(answer))


def test_it_shows_the_text_once_and_never_again(client):
    answer, found = make(client)
    assert answer.status_code == 201
    text = found.group(1)
    assert find_token(text).label == "nightly"
    assert "no-store" in answer["Cache-Control"]
    again = shown(client.get(LIST))
    assert text not in again
    assert text[:9] in again


def test_it_keeps_only_the_digest(client, member):
    text = make(client)[1].group(1)
    token = Token.objects.get()
    kept = [str(value) for value in vars(token).values()]
    assert not any(text in value for value in kept)
    assert text not in str(list(Event.objects.values_list("payload", flat=True)))


def test_it_works_for_as_long_as_asked(client):
    make(client, days="90")
    make(client, days="")
    limited, endless = Token.objects.order_by("pk")
    assert abs(limited.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    assert endless.expires_at is None


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"label": " "}, "required"),
        ({"label": "a" * 101}, "at most 100"),
        ({"label": "a\0b"}, "Null characters"),
        ({"scopes": []}, "required"),
        ({"scopes": ["everything"]}, "not one of the available choices"),
        ({"days": "36500"}, "not one of the available choices"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(client, wish, words):
    answer, found = make(client, **{**wish})
    assert answer.status_code == 422
    assert words in shown(answer)
    assert found is None
    assert not Token.objects.exists()


def test_it_offers_staff_scopes_to_staff_alone(client, staff):
    assert 'value="review"' not in shown(client.get(LIST))
    assert make(client, scopes=["admin"])[0].status_code == 422
    client.force_login(staff)
    assert 'value="review"' in shown(client.get(LIST))
    assert make(client, scopes=["review", "admin"])[0].status_code == 201


def test_it_says_that_there_are_enough(client, member):
    for _ in range(MOST_TOKENS):
        make_token(owner=member, label="one of many", scopes=["read"])
    answer, _ = make(client)
    assert answer.status_code == 422
    assert "Revoke one first" in shown(answer)


def test_it_asks_before_it_revokes(client, member):
    token, text = make_token(owner=member, label="old", scopes=["read"])
    address = reverse("token_revoke", args=[token.pk])
    question = client.post(address)
    assert "Revoke old?" in shown(question)
    assert find_token(text)
    assert client.post(address, {"confirm": "yes"})["Location"] == LIST
    with pytest.raises(NotAuthenticated):
        find_token(text)
    assert ">revoked <time" in shown(client.get(LIST))


def test_it_asks_in_a_dialog_and_then_shows_the_page_anew(client, member):
    token, _ = make_token(owner=member, label="old", scopes=["read"])
    address = reverse("token_revoke", args=[token.pk])
    htmx = {"HX-Request": "true"}
    assert "<html" not in shown(client.post(address, headers=htmx))
    done = client.post(address, {"confirm": "yes"}, headers=htmx)
    assert done["HX-Redirect"] == LIST


def test_it_says_when_and_from_where_a_token_was_used(client, member):
    _, text = make_token(owner=member, label="in use", scopes=["read"])
    assert ">never</td>" in shown(client.get(LIST))
    answer = client.get(
        "/api/v1/programs", headers={"Authorization": f"Bearer {text}"}, REMOTE_ADDR="10.0.0.9"
    )
    assert answer.status_code == 200
    assert "from 10.0.0.9" in shown(client.get(LIST))


def test_it_shows_one_that_has_run_out_without_a_button(client, member):
    token, _ = make_token(owner=member, label="short", scopes=["read"])
    Token.objects.update(expires_at=timezone.now() - timedelta(hours=2))
    page = shown(client.get(LIST))
    assert "expired" in page
    assert reverse("token_revoke", args=[token.pk]) not in page


def test_the_token_of_another_does_not_exist(client, other_member, staff):
    token, text = make_token(owner=other_member, label="not yours", scopes=["read"])
    for who in (None, staff):
        if who:
            client.force_login(who)
        assert "not yours" not in shown(client.get(LIST))
        address = reverse("token_revoke", args=[token.pk])
        assert client.post(address, {"confirm": "yes"}).status_code == 404
    assert find_token(text)


def test_a_token_makes_no_token(client, member):
    _, text = make_token(owner=member, label="script", scopes=["read", "run", "admin"])
    client.logout()
    answer = client.post(MAKE, WISH, headers={"Authorization": f"Bearer {text}"})
    assert answer["Location"].startswith("/accounts/login/")
    assert Token.objects.count() == 1


def test_only_a_form_makes_or_revokes(client, member):
    token, _ = make_token(owner=member, label="x", scopes=["read"])
    assert client.get(MAKE).status_code == 405
    assert client.get(reverse("token_revoke", args=[token.pk])).status_code == 405
