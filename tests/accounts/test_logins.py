"""Who guesses passwords is locked out; who comes, goes and guesses is told of."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from runs.models import Event

LOGIN = "/accounts/login/"


def attempt(client, password="wrong", username="ada", **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def kinds():
    return list(
        Event.objects.filter(topic="accounts").order_by("seq").values_list("kind", flat=True)
    )


@pytest.fixture
def locked(client, member, settings):
    answers = [attempt(client).status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert set(answers[:-1]) == {200}
    return answers[-1]


def test_it_locks_out_after_five_wrong_passwords(locked, client):
    assert locked == 429
    answer = attempt(client, "secret of ada")
    assert answer.status_code == 429
    assert 14 * 60 < int(answer["Retry-After"]) <= 15 * 60
    assert "Try again in 15 min" in answer.content.decode()


def test_it_locks_the_name_only_from_that_address(locked, client, other_member):
    assert attempt(client, "secret of ada", REMOTE_ADDR="10.0.0.9").status_code == 302
    assert attempt(Client(), "secret of grace", "grace").status_code == 302


def test_it_lets_in_again_when_the_time_is_over(locked, client, settings):
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - settings.AXES_COOLOFF_TIME
    )
    assert attempt(client, "secret of ada").status_code == 302


def test_it_is_not_locked_for_longer_by_trying_on(locked, client):
    before = AccessAttempt.objects.get().attempt_time
    attempt(client)
    assert AccessAttempt.objects.get().attempt_time == before


def test_it_forgets_wrong_passwords_after_a_right_one(client, member):
    for _ in range(3):
        attempt(client)
    attempt(client, "secret of ada")
    assert not AccessAttempt.objects.exists()


def test_it_keeps_no_password_of_an_attempt(client, member):
    attempt(client, "a secret that was mistyped")
    found = AccessAttempt.objects.get()
    assert "mistyped" not in found.post_data + found.get_data


def test_a_login_link_still_opens_for_who_is_locked_out(locked, client, member):
    from tests.web.test_account import path_of

    assert client.get(path_of(member))["Location"] == "/"


def test_it_tells_of_failures_and_the_lock_once(locked, client):
    attempt(client)
    attempt(client)
    assert kinds().count("login_failed") == 5
    assert kinds().count("login_locked") == 1


def test_it_tells_of_login_and_logout_with_who_and_where(client, member):
    attempt(client, "secret of ada", REMOTE_ADDR="10.0.0.9")
    client.post(reverse("logout"), REMOTE_ADDR="10.0.0.9")
    assert kinds() == ["login", "logout"]
    for event in Event.objects.filter(topic="accounts"):
        assert (event.actor, event.address) == (member, "10.0.0.9")


def test_it_tells_of_a_login_by_link(client, member):
    from tests.web.test_account import path_of

    client.get(path_of(member))
    assert kinds() == ["login"]


def test_it_does_not_keep_what_was_typed_for_a_name(client, member):
    attempt(client, username="my password, in the wrong field")
    event = Event.objects.get(kind="login_failed")
    assert event.payload == {"user": ""}
    assert event.actor is None


def test_a_session_that_a_script_sets_up_is_no_login(client, member):
    client.force_login(member)
    assert kinds() == []


@pytest.mark.parametrize("name", ["\0", "a" * 100_000, "Ω" * 200, "' OR 1=1 --", "<b>"])
def test_it_takes_any_name_for_a_wrong_one(client, member, name):
    assert attempt(client, username=name).status_code in (200, 429)


def test_the_admin_site_asks_on_the_same_page(client, db):
    first = client.get("/admin/login/?next=/admin/runs/run/")
    assert first["Location"] == "/accounts/login/?next=%2Fadmin%2Fruns%2Frun%2F"
    chain = client.get("/admin/", follow=True).redirect_chain
    assert chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"


def test_the_admin_site_tells_a_member_that_it_is_for_staff(client, member):
    client.force_login(member)
    page = client.get("/admin/", follow=True)
    assert page.status_code == 403
    assert "for staff" in page.content.decode()


def test_it_bounds_the_logins_of_an_address_whatever_the_names(client, db, settings):
    settings.FUSIONWEB_LOGINS_PER_MINUTE = 3
    answers = [attempt(client, username=f"user-{n}").status_code for n in range(4)]
    assert answers[:3] == [200, 200, 200]
    assert answers[3] == 429
    refused = attempt(client, username="another")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert attempt(client, username="x", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_it_counts_login_links_as_well(client, db, settings):
    settings.FUSIONWEB_LOGINS_PER_MINUTE = 2
    answers = [client.get("/accounts/link/junk/").status_code for _ in range(3)]
    assert answers == [403, 403, 429]


def test_an_old_failure_is_no_reason(client, member, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        attempt(client)
    old = settings.AXES_COOLOFF_TIME + timedelta(seconds=1)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - old)
    assert attempt(client).status_code == 200
