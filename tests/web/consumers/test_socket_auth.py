"""Who may open a socket: by token, by session and Origin, and for how long."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from fusionweb.asgi import application
from runs.accounts.tokens import make_token, revoke_token
from runs.models import Event, Token
from runs.web import socket_logins

from .conftest import Socket

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = "/ws/events/"


@asynccontextmanager
async def opened(path, **headers):
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    socket = Socket(application, path, named)
    try:
        socket.accepted, socket.closed = await socket.connect(timeout=10)
        yield socket
    finally:
        await socket.disconnect()


async def close_code(path, **headers):
    async with opened(path, **headers) as socket:
        if not socket.accepted:
            return 403
        assert await socket.frame() is None
        return socket.closed


@pytest.fixture
def token_for(member):
    def make(*scopes, owner=member):
        return make_token(owner=owner, label="script", scopes=scopes or ["read"])

    return make


@pytest.fixture
def cookie(client, member):
    client.force_login(member)
    return f"sessionid={client.cookies[django_settings.SESSION_COOKIE_NAME].value}"


@pytest.fixture
def look_often(monkeypatch):
    monkeypatch.setattr(socket_logins, "LOOK_SECONDS", 0.02)


async def test_a_token_opens_a_socket_without_an_origin(token_for, make_run):
    run = await sync_to_async(make_run)()
    _, text = await sync_to_async(token_for)()
    async with opened(f"/ws/runs/{run.pk}/", authorization=f"Bearer {text}") as socket:
        assert (await socket.frame())["kind"] == "state"
    used = await sync_to_async(Token.objects.get)()
    assert used.last_used_at is not None


@pytest.mark.parametrize("written", ["Bearer nonsense", "Bearer ", "Basic YTpi", "", "Bearer é"])
async def test_what_is_no_token_opens_none(written):
    assert await close_code(EVENTS, authorization=written) == 4401


async def test_a_bad_token_is_not_made_good_by_a_session(cookie):
    headers = {"authorization": "Bearer no", "cookie": cookie, "origin": "http://127.0.0.1"}
    assert await close_code(EVENTS, **headers) == 4401


async def test_a_token_needs_the_scope_read(token_for):
    _, text = await sync_to_async(token_for)("run")
    assert await close_code(EVENTS, authorization=f"Bearer {text}") == 4403


async def test_a_token_of_somebody_switched_off_opens_none(token_for, member):
    _, text = await sync_to_async(token_for)()
    member.is_active = False
    await sync_to_async(member.save)()
    assert await close_code(EVENTS, authorization=f"Bearer {text}") == 4401


async def test_a_token_in_the_address_is_refused(token_for, cookie):
    _, text = await sync_to_async(token_for)()
    assert await close_code(f"{EVENTS}?token={text}") == 4401
    assert await close_code(f"{EVENTS}?token=", authorization=f"Bearer {text}") == 4401
    logged_in = {"cookie": cookie, "origin": "http://127.0.0.1"}
    assert await close_code(f"{EVENTS}?since=0&token={text}", **logged_in) == 4401


async def test_who_shows_nothing_at_all_is_told_to_log_in():
    assert await close_code(EVENTS) == 4401


FOREIGN = [
    "http://evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example/127.0.0.1",
    "null",
    "",
    "http://[::1",
    "http://localhost:9",
]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_session_is_refused_to_a_page_of_elsewhere(cookie, origin):
    headers = {"cookie": cookie, "origin": origin, "host": "localhost:8000"}
    assert await close_code(EVENTS, **headers) == 403


async def test_a_session_without_an_origin_is_refused(cookie):
    assert await close_code(EVENTS, cookie=cookie, host="localhost:8000") == 403


async def test_a_host_that_is_not_ours_is_refused(cookie):
    headers = {"cookie": cookie, "origin": "http://evil.example", "host": "evil.example"}
    assert await close_code(EVENTS, **headers) == 403


@pytest.mark.parametrize("origin", ["https://lab.example", "https://a.runs.example"])
async def test_an_origin_that_the_settings_trust_may_come(settings, cookie, origin):
    settings.CSRF_TRUSTED_ORIGINS = ["https://lab.example", "https://*.runs.example"]
    headers = {"cookie": cookie, "origin": origin, "host": "127.0.0.1:8000"}
    async with opened(f"{EVENTS}?since=0", **headers) as socket:
        assert socket.accepted
    assert await close_code(EVENTS, **{**headers, "origin": origin.replace("https", "http")}) == 403


async def test_the_page_of_the_same_host_may_come(cookie):
    headers = {"cookie": cookie, "origin": "http://localhost:8000", "host": "localhost:8000"}
    async with opened(f"{EVENTS}?since=0", **headers) as socket:
        assert socket.accepted


async def ends_with(socket):
    while await socket.frame() is not None:
        pass
    return socket.closed


async def test_an_open_socket_ends_with_its_token(look_often, token_for, member):
    token, text = await sync_to_async(token_for)()
    async with opened(EVENTS, authorization=f"Bearer {text}") as socket:
        await sync_to_async(revoke_token)(actor=member, token=token)
        assert await ends_with(socket) == 4401


async def test_an_open_socket_ends_with_the_time_of_its_token(look_often, token_for):
    _, text = await sync_to_async(token_for)()
    async with opened(EVENTS, authorization=f"Bearer {text}") as socket:
        past = timezone.now() - timedelta(seconds=1)
        await sync_to_async(Token.objects.update)(expires_at=past)
        assert await ends_with(socket) == 4401


def log_out(client, member):
    client.logout()


def expire(client, member):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def new_password(client, member):
    member.set_password("another one")
    member.save()


def switch_off(client, member):
    member.is_active = False
    member.save()


@pytest.mark.parametrize("end", [log_out, expire, new_password, switch_off])
async def test_an_open_socket_ends_with_its_session(look_often, client, member, cookie, end):
    async with opened(EVENTS, cookie=cookie, origin="http://127.0.0.1") as socket:
        await sync_to_async(end)(client, member)
        assert await ends_with(socket) == 4401


async def test_the_sockets_of_others_stay_open(look_often, token_for, member, other_member):
    gone, gone_text = await sync_to_async(token_for)()
    _, text = await sync_to_async(token_for)(owner=other_member)
    async with (
        opened(EVENTS, authorization=f"Bearer {gone_text}") as ending,
        opened(f"{EVENTS}?since=0&topic=runs", authorization=f"Bearer {text}") as staying,
    ):
        await sync_to_async(revoke_token)(actor=member, token=gone)
        assert await ends_with(ending) == 4401
        assert await staying.receive_nothing(0.1)


async def test_it_looks_no_more_when_the_last_socket_has_gone(look_often, token_for):
    _, text = await sync_to_async(token_for)()
    async with opened(EVENTS, authorization=f"Bearer {text}"):
        pass
    logins = socket_logins.socket_logins()
    assert logins.open == {}
    assert logins.task is None
    assert await sync_to_async(Event.objects.filter(kind="token.revoked").count)() == 0
