"""Alerts by mail: one for what happens together, tried again, given up, never twice."""

from email import message_from_string, policy

import pytest
from django.utils import timezone

from runs.alerts.channels import NO_MAIL, channels_in_use
from runs.alerts.delivery import PAUSES, deliver_mail
from runs.alerts.services import acknowledge, end_alert
from runs.models import Alert, Delivery


def read(mail):
    return message_from_string(mail, policy=policy.default)


def test_it_orders_nothing_where_no_mail_server_is_set(alert, settings):
    settings.EMAIL_BACKEND = NO_MAIL
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example"]
    alert()
    assert channels_in_use() == []
    assert not Delivery.objects.exists()


def test_it_orders_nothing_where_nobody_gets_mail(alert, mail_server, settings):
    settings.FUSIONWEB_ALERT_EMAILS = []
    alert()
    assert not Delivery.objects.exists()


def test_it_waits_a_moment_for_others_to_join(alert, mail_server):
    alert()
    assert not deliver_mail()
    assert mail_server.mails == []


def test_it_sends_an_alert_to_everybody(alert, mail_server, hurry, settings):
    settings.FUSIONWEB_PUBLIC_ADDRESS = "https://lab.example"
    settings.DEFAULT_FROM_EMAIL = "fusionweb@lab.example"
    alert(message="gpt/lm failed: exit code 1 · Ünicode", address="/jobs/gpt/base/lm/1/")
    hurry()
    assert deliver_mail()
    mail = read(mail_server.mails[0])
    assert mail["Subject"].strip() == "[fusionweb] job failed: gpt/lm failed: exit code 1 · Ünicode"
    assert mail["To"] == "ada@lab.example, grace@lab.example"
    assert mail["From"] == "fusionweb@lab.example"
    assert "https://lab.example/jobs/gpt/base/lm/1/" in mail.get_content()
    sent = Delivery.objects.get()
    assert sent.sent_at is not None
    assert sent.due_at is None


def test_it_sends_once(alert, mail_server, hurry):
    alert()
    hurry()
    assert deliver_mail()
    assert not deliver_mail()
    alert()
    hurry()
    assert not deliver_mail()
    assert len(mail_server.mails) == 1


def test_it_sends_what_happens_together_as_one_mail(alert, mail_server, hurry):
    for n in range(3):
        alert(cause=f"job:{n}:failed", message=f"job {n} failed")
    alert(cause="disk:1", kind=Alert.Kind.DISK_NEARLY_FULL, message="disk is 97 % full")
    Delivery.objects.filter(alert__cause="job:0:failed").update(due_at=timezone.now())
    deliver_mail()
    mail = read(mail_server.mails[0])
    assert mail["Subject"] == "[fusionweb] 4 alerts: 3 job failed, 1 disk nearly full"
    for words in ("job 0 failed", "job 1 failed", "job 2 failed", "disk is 97 % full"):
        assert words in mail.get_content()
    assert Delivery.objects.filter(sent_at=None).count() == 0


def test_it_does_not_make_a_mail_without_end(alert, mail_server, hurry):
    for n in range(60):
        alert(cause=f"job:{n}:failed", message=f"number {n} failed")
    hurry()
    deliver_mail()
    text = read(mail_server.mails[0]).get_content()
    assert text.count("number") == 50
    assert "and 10 more" in text


def test_it_says_that_it_is_over_by_now(alert, mail_server, hurry):
    alert(cause="root:1:missing", kind=Alert.Kind.ROOT_MISSING)
    end_alert("root:1:missing")
    hurry()
    deliver_mail()
    assert "over since" in mail_server.mails[0]


def test_it_does_not_send_what_was_acknowledged_before(alert, mail_server, hurry, member):
    acknowledge(member, alert())
    hurry()
    assert not deliver_mail()


def test_it_sends_what_comes_and_goes_no_more_often_than_every_quarter_of_an_hour(
    alert, mail_server, hurry
):
    condition = {"cause": "root:1:missing", "kind": Alert.Kind.ROOT_MISSING}
    alert(**condition)
    hurry()
    deliver_mail()
    for _ in range(3):
        end_alert("root:1:missing")
        alert(**condition)
    waiting = Delivery.objects.get(due_at__isnull=False)
    assert (waiting.due_at - timezone.now()).total_seconds() > 800
    assert not deliver_mail()


def test_it_tries_again_after_pauses_that_grow(alert, mail_server, hurry, settings, dead_port):
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, dead_port
    alert()
    hurry()
    assert deliver_mail()
    first = Delivery.objects.get()
    assert first.fault == "connection refused"
    assert first.due_at > timezone.now()
    hurry()
    deliver_mail()
    second = Delivery.objects.get()
    assert second.attempts == 2
    assert second.due_at > first.due_at
    settings.EMAIL_PORT = working
    hurry()
    deliver_mail()
    assert Delivery.objects.get().fault == ""
    assert len(mail_server.mails) == 1


def test_it_gives_up_in_the_end_and_keeps_why(alert, mail_server, hurry, settings, dead_port):
    settings.EMAIL_PORT = dead_port
    alert()
    for _ in range(len(PAUSES) + 1):
        hurry()
        assert deliver_mail()
    assert not Delivery.objects.get().due_at
    assert Delivery.objects.get().is_given_up
    hurry()
    assert not deliver_mail()


@pytest.mark.parametrize(
    ("command", "answer", "fault"),
    [
        ("MAIL FROM", "451 try later", "451 try later"),
        ("RCPT TO", "550 no such user", "refused: ada@lab.example, grace@lab.example"),
        ("DATA", "554 spam", "554 spam"),
    ],
)
def test_it_keeps_what_the_mail_server_said(alert, mail_server, hurry, command, answer, fault):
    mail_server.answers = {command.split()[0]: answer}
    alert()
    hurry()
    deliver_mail()
    assert Delivery.objects.get().fault == fault
    assert mail_server.mails == []
