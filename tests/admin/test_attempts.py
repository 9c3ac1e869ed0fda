"""Staff let in again who is locked out."""

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

LIST = reverse("admin:axes_accessattempt_changelist")
WRONG = {"username": "ada", "password": "wrong"}
RIGHT = {"username": "ada", "password": "secret of ada"}


@pytest.fixture
def locked(member, settings):
    browser = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        browser.post("/accounts/login/", WRONG)
    return browser


@pytest.mark.parametrize("superuser", [True, False])
def test_staff_unlock_by_deleting(client, staff, locked, superuser):
    staff.is_superuser = superuser
    staff.save()
    client.force_login(staff)
    assert "ada" in client.get(LIST).content.decode()
    chosen = [AccessAttempt.objects.get().pk]
    client.post(LIST, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert locked.post("/accounts/login/", RIGHT).status_code == 302


def test_nobody_writes_one(client, staff, locked):
    client.force_login(staff)
    attempt = AccessAttempt.objects.get()
    change = reverse("admin:axes_accessattempt_change", args=[attempt.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"failures_since_start": 0}).status_code == 403
    assert client.get(reverse("admin:axes_accessattempt_add")).status_code == 403


def test_members_do_not_see_it(client, other_member, locked):
    client.force_login(other_member)
    assert client.get(LIST, follow=True).status_code == 403
