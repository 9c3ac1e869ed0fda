"""Alive, ready, and what is missing."""

import json
import sqlite3
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import AsyncClient
from django.utils import timezone

from fusionweb.asgi import application
from runs.models import Supervisor

HEALTH = ["/health", "/health/live", "/health/ready"]
FIELDS = {
    "status",
    "version",
    "db_connected",
    "supervisor_alive",
    "template_count",
    "topology_count",
}


@pytest.fixture
def alive(db):
    return Supervisor.objects.create(
        name="one", host="lab", pid=1, heartbeat_at=timezone.now(), slots=2
    )


@pytest.fixture
def no_database(db, monkeypatch):
    """The connection as it is once the database has gone away."""

    def refuse(execute, *args):
        raise OperationalError("could not connect to host db at /var/secret")

    with connection.execute_wrapper(refuse):
        yield


def test_it_is_ready(client, alive, program):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == FIELDS
    assert body["status"] == "ok"
    assert body["db_connected"] and body["supervisor_alive"]
    assert body["template_count"] == 3
    assert body["topology_count"] >= 4
    assert body["version"]


def test_it_is_not_ready_without_a_supervisor(client, db):
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "no_supervisor"
    assert answer.json()["supervisor_alive"] is False


def test_it_is_not_ready_with_a_supervisor_that_fell_silent(client, alive):
    Supervisor.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=16))
    assert client.get("/health/ready").json()["status"] == "no_supervisor"


def test_it_is_not_ready_before_the_database_is_brought_up_to_date(client, alive):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'runs' AND name LIKE '0006%'")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "migrations_missing"
    assert answer.json()["db_connected"] is True


def test_it_is_not_ready_where_it_cannot_write(client, alive, settings, tmp_path):
    settings.FUSIONWEB_DATA = tmp_path / "away"
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "data_not_writable"


def test_it_says_that_the_database_is_gone_and_nothing_of_where_it_was(client, no_database):
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "database_unreachable"
    assert answer.json()["db_connected"] is False
    assert "secret" not in answer.content.decode()


def test_it_always_answers_health(client, no_database):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "database_unreachable"


def test_it_lives_without_a_database(client, no_database):
    answer = client.get("/health/live")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_it_lives_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/health/live")


@pytest.mark.django_db
@pytest.mark.parametrize("address", HEALTH)
def test_it_asks_for_no_login_and_is_never_kept(client, address):
    answer = client.get(address)
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("address", HEALTH)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_answers(client, address, method):
    assert getattr(client, method)(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", HEALTH)
def test_it_answers_head_without_a_body(client, address):
    assert client.head(address).content == b""


async def call(method="GET", path="/health/live"):
    """What the ASGI application sends for a request with an unknown Host."""
    sent = []
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"10.0.0.9")]}

    async def receive():
        raise AssertionError("it must not wait for a body")

    async def send(message):
        sent.append(message)

    await application(scope, receive, send)
    return sent


async def test_it_lives_under_any_name_before_django_is_asked():
    start, body = await call()
    assert start["status"] == 200
    assert json.loads(body["body"]) == {"status": "ok"}
    assert (b"cache-control", b"no-store") in start["headers"]


async def test_it_answers_head_before_django_is_asked():
    start, body = await call("HEAD")
    assert start["status"] == 200
    assert body["body"] == b""


@pytest.mark.django_db(transaction=True)
async def test_it_lives_while_the_database_is_locked(settings):
    locked = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    try:
        start, _ = await call()
        assert start["status"] == 200
    finally:
        locked.execute("ROLLBACK")
        locked.close()


@pytest.mark.django_db(transaction=True)
async def test_it_answers_through_asgi_as_well(settings):
    answer = await AsyncClient().get("/health/ready")
    assert answer.status_code == 503
    assert set(answer.json()) == FIELDS
