"""Alerts to a webhook: what is sent, what is refused, and that its address stays a secret."""

import logging

import pytest

from runs.alerts import channels
from runs.alerts.channels import DeliveryFailed, masked_webhook, post
from runs.alerts.delivery import deliver_mail, deliver_webhook
from runs.models import Delivery


def test_it_posts_an_alert_as_json(alert, hook, hurry, settings):
    settings.FUSIONWEB_PUBLIC_ADDRESS = "https://lab.example"
    raised = alert(address="/jobs/gpt/base/lm/1/")
    hurry()
    assert deliver_webhook()
    path, headers, body = hook.posts[0]
    assert path == "/hook/t0ps3cret?key=t0ps3cret"
    assert headers["Content-Type"] == "application/json"
    assert body == {
        "v": 1,
        "kind": "job_failed",
        "message": "gpt/lm failed",
        "address": "https://lab.example/jobs/gpt/base/lm/1/",
        "count": 1,
        "raised_at": raised.raised_at.isoformat(),
    }


def test_it_posts_each_alert_once(alert, hook, hurry):
    alert(cause="job:1:failed")
    alert(cause="job:2:failed")
    hurry()
    assert [deliver_webhook() for _ in range(3)] == [True, True, False]
    assert len(hook.posts) == 2


def test_it_gives_name_and_password_as_a_header(hook, settings):
    address = settings.FUSIONWEB_ALERT_WEBHOOK.replace("http://", "http://ada:s%C3%A9same@")
    settings.FUSIONWEB_ALERT_WEBHOOK = address
    post({})
    assert hook.posts[0][1]["Authorization"] == "Basic YWRhOnPDqXNhbWU="


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_it_follows_no_redirect(hook, status):
    host, port = hook.server_address
    hook.status, hook.headers = status, {"Location": f"http://{host}:{port}/elsewhere"}
    with pytest.raises(DeliveryFailed, match=f"it answered {status}, a redirect"):
        post({})
    assert len(hook.posts) == 1


def test_it_says_what_was_answered(hook):
    hook.status = 500
    with pytest.raises(DeliveryFailed, match="^it answered 500$"):
        post({})


def test_it_says_that_nobody_listens(settings, dead_port, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    settings.FUSIONWEB_ALERT_WEBHOOK = f"http://127.0.0.1:{dead_port}/t0ps3cret"
    with pytest.raises(DeliveryFailed, match="^connection refused$"):
        post({})


def test_it_does_not_wait_long_for_an_answer(hook, monkeypatch):
    monkeypatch.setattr(channels, "WEBHOOK_SECONDS", 0.1)
    hook.pause_seconds = 1
    with pytest.raises(DeliveryFailed, match="^no answer in time$"):
        post({})


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:t0ps3cret/",
        "http://127.0.0.1:1/t0ps3cret and a blank",
        "http://t0ps3cret:t0ps3cret@127.0.0.1:1/t0ps3cret",
        "http://[t0ps3cret/",
        "https://127.0.0.1:1/t0ps3cret\n",
    ],
)
def test_its_address_is_in_no_message(settings, address, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    settings.FUSIONWEB_ALERT_WEBHOOK = address
    with pytest.raises(DeliveryFailed) as failed:
        post({})
    assert "t0ps3cret" not in failed.value.message


def test_its_address_is_in_no_log_line(alert, hook, hurry, caplog):
    hook.status = 404
    caplog.set_level(logging.DEBUG)
    alert()
    hurry()
    deliver_webhook()
    assert "it answered 404" in caplog.text
    assert "t0ps3cret" not in caplog.text


def test_it_shows_the_server_of_its_address_alone(hook):
    assert masked_webhook() == "http://127.0.0.1/…"


def test_a_dead_webhook_does_not_repeat_the_mail(alert, mail_server, hook, hurry):
    hook.status = 503
    alert()
    for _ in range(3):
        hurry()
        deliver_mail()
        deliver_webhook()
    assert len(mail_server.mails) == 1
    assert len(hook.posts) == 3
    assert Delivery.objects.get(channel="webhook").fault == "it answered 503"


def test_it_stops_a_round_at_the_first_fault(alert, hook, hurry):
    hook.status = 503
    for n in range(3):
        alert(cause=f"job:{n}:failed")
    hurry()
    assert not deliver_webhook()
    assert len(hook.posts) == 1
