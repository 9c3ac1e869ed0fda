"""A mail server and a webhook on this machine, and alerts to send to them."""

import json
import socket
import socketserver
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from runs.alerts.services import raise_alert
from runs.models import Alert, Delivery

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class MailHandler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs; `server.answers` replaces single answers."""

    timeout = 10

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "DATA" and self.say(self.server.answers.get(word, "354 go on")):
                self.take_mail()
            elif word != "DATA":
                self.say(self.server.answers.get(word, "250 fine"))
            if word == "QUIT":
                return

    def say(self, answer):
        self.wfile.write(f"{answer}\r\n".encode())
        return answer.startswith(("2", "3"))

    def take_mail(self):
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.mails.append(b"".join(lines).decode())
        self.say("250 taken")


class HookHandler(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), json.loads(body)))
        time.sleep(self.server.pause_seconds)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self):
        self.server.posts.append((self.path, dict(self.headers), None))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


def serving(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_server(settings):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailHandler)
    server.mails, server.answers = [], {}
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    settings.FUSIONWEB_ALERT_EMAILS = ["ada@lab.example", "grace@lab.example"]
    yield from serving(server)


@pytest.fixture
def hook(settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), HookHandler)
    server.posts, server.headers, server.status, server.pause_seconds = [], {}, 200, 0
    host, port = server.server_address
    settings.FUSIONWEB_ALERT_WEBHOOK = f"http://{host}:{port}/hook/t0ps3cret?key=t0ps3cret"
    yield from serving(server)


@pytest.fixture
def dead_port():
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def alert(db):
    """Raises one, as a job that failed does."""

    def make(cause="job:1:failed", kind=Alert.Kind.JOB_FAILED, message="gpt/lm failed", **fields):
        return raise_alert(cause=cause, kind=kind, message=message, **fields)

    return make


@pytest.fixture
def hurry(db):
    """All that waits to be sent is due now."""

    def make_due():
        waiting = Delivery.objects.filter(due_at__isnull=False)
        waiting.update(due_at=timezone.now() - timedelta(seconds=1))

    return make_due
