"""Work beside a process's own: repeated, never fatal, ended with it."""

import threading

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from runs.alerts.delivery import deliver_webhook
from runs.alerts.processes import beside_supervisor, beside_web, deliver_instead
from runs.alerts.services import raise_alert
from runs.alerts.threads import Repeated
from runs.models import Alert, Supervisor
from tests.conftest import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_repeats_a_step():
    steps = []
    with Repeated("test", lambda: steps.append(1), 0.01):
        wait_for(lambda: len(steps) >= 3)


def test_it_goes_on_at_once_while_there_is_more():
    left = list(range(5))
    with Repeated("test", lambda: left and (left.pop() or True), 60):
        wait_for(lambda: not left)


def test_it_survives_a_step_that_fails(caplog):
    steps = []

    def step():
        steps.append(1)
        raise DatabaseError("no database")

    with Repeated("test", step, 0.01):
        wait_for(lambda: len(steps) >= 3)
    assert "will be repeated" in caplog.text


def test_it_does_not_wait_for_a_step_that_hangs(monkeypatch):
    monkeypatch.setattr("runs.alerts.threads.END_SECONDS", 0.1)
    hanging, release = threading.Event(), threading.Event()

    def hang():
        hanging.set()
        release.wait(20)

    with Repeated("test", hang, 60):
        assert hanging.wait(10)
    release.set()


def test_a_supervisor_sends_what_is_due(mail_server, hook, hurry):
    raise_alert(cause="job:1", kind=Alert.Kind.JOB_FAILED, message="gpt/lm failed")
    hurry()
    with beside_supervisor():
        wait_for(lambda: mail_server.mails and hook.posts)


def test_the_web_process_sends_only_where_no_supervisor_does(mail_server, hook, hurry):
    row = {"name": "s", "host": "lab-1", "pid": 1, "slots": 2}
    supervisor = Supervisor.objects.create(**row, heartbeat_at=timezone.now())
    raise_alert(cause="job:1", kind=Alert.Kind.JOB_FAILED, message="gpt/lm failed")
    hurry()
    assert not deliver_instead()
    supervisor.delete()
    assert deliver_instead()
    assert (len(mail_server.mails), len(hook.posts)) == (1, 1)


def test_the_web_process_watches_while_it_serves():
    before = threading.active_count()
    with beside_web():
        assert threading.active_count() == before + 2
    wait_for(lambda: threading.active_count() == before)


def test_four_threads_send_each_alert_once(hook, hurry):
    for n in range(12):
        raise_alert(cause=f"job:{n}", kind=Alert.Kind.JOB_FAILED, message=f"job {n} failed")
    hurry()

    def send():
        for _ in range(12):
            deliver_webhook()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    sent = sorted(body["message"] for _, _, body in hook.posts)
    assert sent == sorted(f"job {n} failed" for n in range(12))
