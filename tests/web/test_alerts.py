"""The page of alerts, the count in the header, acknowledging, and the tests of both ways out."""

import pytest
from django.urls import reverse

from runs.alerts.services import acknowledge, end_alert, raise_alert
from runs.models import Alert, Delivery, Event

PAGE = "/alerts/"


@pytest.fixture
def alert(db):
    def make(n=1, kind=Alert.Kind.JOB_FAILED, message="gpt/lm failed", **fields):
        return raise_alert(cause=f"job:{n}", kind=kind, message=message, **fields)

    return make


@pytest.fixture
def as_member(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


def html(response):
    return response.content.decode()


def test_it_says_that_nothing_needs_you(as_member):
    assert "Nothing needs you" in html(as_member.get(PAGE))


def test_it_shows_what_happened_with_a_link(as_member, alert):
    alert(message="gpt/lm <b>failed</b>", address="/runs/abc/")
    page = html(as_member.get(PAGE))
    assert "gpt/lm &lt;b&gt;failed&lt;/b&gt;" in page
    assert 'href="/runs/abc/"' in page
    assert "job failed" in page


def test_it_shows_how_often_and_whether_it_is_still_so(as_member, alert):
    alert(1, Alert.Kind.ROOT_MISSING, "gone")
    alert(1, Alert.Kind.ROOT_MISSING, "gone")
    page = html(as_member.get(PAGE))
    assert "2 times, last" in page
    assert "still so" in page
    end_alert("job:1")
    assert "over <time" in html(as_member.get(PAGE))


def test_it_shows_what_waits_before_what_was_acknowledged(as_member, alert, member):
    alert(1, message="the first")
    acknowledge(member, alert(2, message="the second"))
    page = html(as_member.get(PAGE))
    assert page.index("the first") < page.index("the second")
    assert "ada, <time" in page


def test_it_narrows_to_a_kind_and_to_what_waits(as_member, alert, member):
    alert(1, message="failed one")
    alert(2, Alert.Kind.ROOT_MISSING, "missing one")
    acknowledge(member, alert(3, message="seen one"))
    by_kind = html(as_member.get(PAGE, {"kind": "root_missing"}))
    assert "missing one" in by_kind
    assert "failed one" not in by_kind
    waiting = html(as_member.get(PAGE, {"show": "open"}))
    assert "failed one" in waiting
    assert "seen one" not in waiting


@pytest.mark.parametrize("query", [{"kind": "nonsense"}, {"after": "x~1"}, {"before": "~"}])
def test_it_refuses_an_address_that_is_damaged(as_member, query):
    assert as_member.get(PAGE, query).status_code == 422


def test_it_pages_what_waits_by_key(as_member, alert):
    for n in range(60):
        alert(n, message=f"number {n:02} failed")
    page = as_member.get(PAGE, {"show": "open"})
    assert len(page.context["listed"]) == 50
    older = as_member.get(PAGE, {"show": "open", "after": page.context["page"].older})
    assert [each.message for each in older.context["listed"]][-1] == "number 00 failed"
    first = as_member.get(PAGE)
    assert len(first.context["waiting"]) == 50
    assert "All 60" in html(first)


def test_it_asks_as_few_queries_for_many_as_for_one(
    as_member, alert, member, django_assert_max_num_queries
):
    for n in range(60):
        acknowledge(member, alert(n))
    with django_assert_max_num_queries(20):
        as_member.get(PAGE)


def test_its_script_gets_the_changing_parts_alone(as_member, alert):
    alert()
    parts = html(as_member.get(PAGE, headers={"HX-Request": "true"}))
    assert "<html" not in parts
    for part in ("alerts", "frame-alerts", "frame-slots"):
        assert f'id="{part}"' in parts


@pytest.mark.parametrize("address", ["/", "/runs/", "/alerts/", "/frame/"])
def test_every_page_counts_what_waits(as_member, alert, address):
    assert "Alerts: none" in html(as_member.get(address))
    alert(1)
    alert(2)
    assert "alerts not acknowledged" in html(as_member.get(address))


def test_a_member_acknowledges_one_and_returns_to_the_list_asked_for(as_member, alert, member):
    raised = alert()
    address = reverse("alert_acknowledge", args=[raised.pk])
    response = as_member.post(f"{address}?show=open")
    assert response.url == "/alerts/?show=open"
    raised.refresh_from_db()
    assert raised.acknowledged_by == member


def test_with_script_the_list_and_the_count_come_at_once(as_member, alert):
    raised = alert()
    address = reverse("alert_acknowledge", args=[raised.pk])
    response = as_member.post(address, headers={"HX-Request": "true"})
    assert "Nothing needs you" in html(response)
    assert 'id="frame-alerts" hx-swap-oob' in html(response)
    assert "Alerts: none" in html(response)
    assert "Acknowledged" in response["HX-Trigger"]


def test_acknowledging_what_is_gone_is_a_404(as_member):
    assert as_member.post(reverse("alert_acknowledge", args=[999])).status_code == 404


def test_it_acknowledges_all_that_was_shown(as_member, alert):
    shown = alert(1)
    later = alert(2)
    as_member.post(reverse("alert_acknowledge_all"), {"up_to": shown.pk})
    assert list(Alert.objects.filter(acknowledged_at=None)) == [later]


@pytest.mark.parametrize("up_to", ["", "x", "-1", "²", "9" * 30])
def test_it_refuses_to_acknowledge_all_of_a_damaged_page(as_member, alert, up_to):
    alert()
    response = as_member.post(reverse("alert_acknowledge_all"), {"up_to": up_to})
    assert response.status_code == 422
    assert Alert.objects.filter(acknowledged_at=None).count() == 1


@pytest.mark.parametrize("name", ["alert_acknowledge_all", "alert_list"])
def test_nobody_anonymous_comes_near(client, db, name):
    assert client.post(reverse(name)).status_code == 302


def test_looking_acknowledges_nothing(as_member, alert):
    address = reverse("alert_acknowledge", args=[alert().pk])
    assert as_member.get(address).status_code == 405


def test_staff_see_how_alerts_are_sent_and_no_secret(as_staff, settings):
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example"]
    settings.FUSIONWEB_ALERT_WEBHOOK = "https://chat.example/hook/t0ps3cret"
    page = html(as_staff.get(PAGE))
    assert "ada@lab.example" in page
    assert "https://chat.example/…" in page
    assert "t0ps3cret" not in page


def test_members_do_not_see_how_alerts_are_sent(as_member, settings):
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example"]
    assert "ada@lab.example" not in html(as_member.get(PAGE))


def test_it_says_what_could_not_be_sent(as_staff, alert):
    raised = alert()
    Delivery.objects.create(alert=raised, channel="mail", attempts=6, fault="connection refused")
    page = html(as_staff.get(PAGE))
    assert "Mail given up after 6 attempts: connection refused" in page


def test_staff_send_a_test_mail(as_staff, settings, mailoutbox):
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example"]
    response = as_staff.post(reverse("alert_test", args=["mail"]), follow=True)
    assert "A test mail was sent to ada@lab.example." in html(response)
    assert mailoutbox[0].to == ["ada@lab.example"]


def test_staff_hear_why_a_test_was_not_sent(as_staff, settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    settings.FUSIONWEB_ALERT_WEBHOOK = "http://127.0.0.1:1/t0ps3cret"
    response = as_staff.post(reverse("alert_test", args=["webhook"]), follow=True)
    assert "The test webhook was not sent: connection refused" in html(response)
    assert "t0ps3cret" not in html(response)


@pytest.mark.parametrize("channel", ["mail", "webhook", "pigeon"])
def test_it_tests_only_what_is_set_up(as_staff, channel):
    assert as_staff.post(reverse("alert_test", args=[channel])).status_code == 422


def test_a_member_may_not_send_tests(as_member, settings, mailoutbox):
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example"]
    assert as_member.post(reverse("alert_test", args=["mail"])).status_code == 403
    assert not mailoutbox


def test_the_event_says_who_acknowledged(as_member, alert, member):
    as_member.post(reverse("alert_acknowledge", args=[alert().pk]))
    assert Event.objects.get(kind="alert.acknowledged").actor == member


def test_the_admin_site_lists_alerts_and_changes_none(as_staff, alert):
    raised = alert()
    assert "gpt/lm failed" in html(as_staff.get(reverse("admin:runs_alert_changelist")))
    page = html(as_staff.get(reverse("admin:runs_alert_change", args=[raised.pk])))
    assert 'name="_save"' not in page
