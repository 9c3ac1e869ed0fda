"""Staff see whose tokens there are and revoke them, and can do nothing else with them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from runs.accounts.tokens import make_token
from runs.models import Event, Token

LIST = reverse("admin:runs_token_changelist")


@pytest.fixture
def token(client, staff, member):
    client.force_login(staff)
    return make_token(owner=member, label="nightly", scopes=["read"])[0]


def test_it_shows_whose_it_is_and_no_digest(client, token):
    page = client.get(LIST).content.decode()
    assert "nightly" in page
    assert "ada" in page
    one = client.get(reverse("admin:runs_token_change", args=[token.pk])).content.decode()
    assert token.digest not in page + one


def test_it_revokes_the_chosen_ones(client, token, staff):
    data = {"action": "revoke", "_selected_action": [token.pk]}
    client.post(LIST, data)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Event.objects.get(kind="token.revoked").actor == staff


def test_it_makes_changes_and_deletes_none(client, token):
    assert client.get(reverse("admin:runs_token_add")).status_code == 403
    change = reverse("admin:runs_token_change", args=[token.pk])
    assert client.post(change, {"label": "other", "scopes": '["admin"]'}).status_code == 403
    assert client.post(reverse("admin:runs_token_delete", args=[token.pk])).status_code == 403
    token.refresh_from_db()
    assert (token.label, token.scopes) == ("nightly", ["read"])


def test_it_tells_those_in_use_from_those_that_have_ended(client, token, member):
    ended, _ = make_token(owner=member, label="long ago", scopes=["read"])
    Token.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(days=1))
    usable = client.get(f"{LIST}?state=usable").content.decode()
    assert "nightly" in usable
    assert "long ago" not in usable
    over = client.get(f"{LIST}?state=ended").content.decode()
    assert "long ago" in over
    assert "nightly" not in over


def test_members_have_no_business_there(client, token, member):
    client.force_login(member)
    assert client.get(LIST, follow=True).status_code == 403
