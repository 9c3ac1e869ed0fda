"""Everybody comes to every page and every call, of a closed project and of an open one.

What was done is taken back after each: rows by a savepoint, files by writing them again.
"""

from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from .routes import address_of
from .rules import ACTORS, HIDDEN, LOGIN, REFUSED, SOME, YES
from .table import CALLS, PAGES
from .world import SECRET

WALKED = [*PAGES, *CALLS]
AT_ONCE = 12
PARTS = [WALKED[start : start + AT_ONCE] for start in range(0, len(WALKED), AT_ONCE)]
# Understood, allowed and done, or not done for another reason than who asks.
ANSWERED = {409, 413, 422}


@contextmanager
def taken_back():
    saved = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(saved)
        cache.clear()


@pytest.fixture
def visitor():
    """One for all: each client of Django's looks at every static file."""
    return Client(raise_request_exception=False)


def ask(client, world, row, actor):
    client.cookies.clear()
    if user := world.people[actor]:
        client.force_login(user)
    values = world.values()
    more = {"data": {key: filled(value, values) for key, value in row.data.items()}}
    if row.route.startswith("api/") and row.method != "GET":
        more["content_type"] = "application/json"
    send = getattr(client, row.method.lower())
    return send(address_of(row, values), **(more if row.method != "GET" else {}))


def filled(value, values):
    return value.format(**values) if isinstance(value, str) else value


def outcome_of(response, actor):
    status = response.status_code
    leads_to = response["Location"] if 300 <= status < 400 else ""
    if "/admin/login/" in leads_to and actor != "anonymous":
        # which tells somebody logged in that they may not
        return REFUSED
    if "/login/" in leads_to or status == 401:
        return LOGIN
    if status < 400 or status in ANSWERED:
        return YES
    return {403: REFUSED, 404: HIDDEN}.get(status, str(status))


def body_of(response):
    parts = response.streaming_content if response.streaming else [response.content]
    return b"" if hasattr(parts, "__aiter__") else b"".join(parts)


def faults_of(client, world, row, actor, expected):
    """What is not as the table says, in words."""
    with taken_back():
        world.prepare(row)
        response = ask(client, world, row, actor)
        got = outcome_of(response, actor)
        shown = SECRET.encode() in body_of(response)
        done = getattr(world, row.effect)() if row.effect else None
    told = f"{row.key} as {actor}: "
    if got not in allowed(row, expected):
        yield f"{told}{got} ({response.status_code}), not {expected}"
    if row.lists and expected in (YES, SOME) and shown != (expected == YES):
        yield f"{told}{'shows' if shown else 'does not show'} the closed project"
    if done is not None and done != (expected == YES):
        yield f"{told}{'was' if done else 'was not'} done ({response.status_code})"


def allowed(row, expected):
    if row.many and expected != LOGIN:
        return {YES, expected}
    return {YES if expected == SOME else expected}


@pytest.mark.parametrize("rows", PARTS, ids=lambda rows: rows[0].key)
def test_everybody_gets_what_the_table_says(visitor, world, rows):
    faults = [
        fault
        for row in rows
        for actor in ACTORS
        for fault in faults_of(visitor, world, row, actor, row.rule.of(actor))
    ]
    assert "\n".join(faults) == ""


@pytest.mark.parametrize("rows", PARTS, ids=lambda rows: rows[0].key)
def test_in_an_open_project_another_member_gets_what_members_get(visitor, world, rows):
    world.project.is_open = True
    world.project.save()
    faults = [
        fault
        for row in rows
        for fault in faults_of(visitor, world, row, "stranger", row.rule.of_open_project().stranger)
    ]
    assert "\n".join(faults) == ""
