"""Logging in by password and once by link, and setting a password."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client

from runs.accounts import login_link
from runs.accounts.login_link import make_login_link


def path_of(user):
    return urlsplit(make_login_link(user, "http://127.0.0.1:8000/")).path


def test_it_asks_everybody_to_log_in(client, db):
    for address in ("/", "/runs/", "/templates/", "/frame/", "/runs/abc/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")


def test_it_logs_in_and_goes_on_to_where_one_wanted_to_be(client, member):
    data = {"username": "ada", "password": "secret of ada", "next": "/templates/"}
    assert client.post("/accounts/login/", data)["Location"] == "/templates/"
    assert client.get("/accounts/login/")["Location"] == "/"


def test_it_does_not_go_on_to_another_site(client, member):
    data = {"username": "ada", "password": "secret of ada", "next": "https://evil.example/"}
    assert client.post("/accounts/login/", data)["Location"] == "/"


def test_it_says_that_the_password_is_wrong(client, member):
    page = client.post("/accounts/login/", {"username": "ada", "password": "x"})
    assert 'role="alert"' in page.content.decode()


def test_it_lets_in_by_link_once(client, member):
    path = path_of(member)
    assert client.get(path)["Location"] == "/"
    assert client.get("/").status_code == 200
    again = Client().get(path)
    assert again.status_code == 403
    assert "has been used" in again.content.decode()


def test_it_refuses_an_older_link_after_a_login(member):
    older, newer = path_of(member), path_of(member)
    assert Client().get(newer).status_code == 302
    assert Client().get(older).status_code == 403


def test_it_refuses_a_link_after_a_day(client, member, monkeypatch):
    path = path_of(member)
    later = timedelta(seconds=login_link.VALID_SECONDS + 5).total_seconds()
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + later)
    assert client.get(path).status_code == 403


def test_it_refuses_who_is_switched_off_or_gone(client, member, other_member):
    path, other_path = path_of(member), path_of(other_member)
    member.is_active = False
    member.save()
    other_member.delete()
    assert client.get(path).status_code == 403
    assert client.get(other_path).status_code == 403


@pytest.mark.parametrize("token", ["x", "W10:1uAbCd:zzz", "%F0%9F%98%80", "a" * 2000])
def test_it_refuses_a_token_that_is_none(client, db, token):
    assert client.get(f"/accounts/link/{token}/").status_code == 403


def test_it_sets_a_first_password_without_asking_for_the_old(client, member):
    member.set_unusable_password()
    member.save()
    client.force_login(member)
    assert "old_password" not in client.get("/accounts/password/").content.decode()
    new = {"new_password1": "a long new one", "new_password2": "a long new one"}
    assert client.post("/accounts/password/", new)["Location"] == "/"
    assert client.get("/").status_code == 200
    member.refresh_from_db()
    assert member.check_password("a long new one")


def test_it_asks_for_the_old_password_where_there_is_one(client, member):
    client.force_login(member)
    new = {"new_password1": "a long new one", "new_password2": "a long new one"}
    assert client.post("/accounts/password/", new).status_code == 422


def test_it_logs_out_by_a_form_alone(client, member):
    client.force_login(member)
    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302
