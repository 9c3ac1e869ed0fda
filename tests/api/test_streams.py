"""Streams as a script asks for them: who may, from where, and what the answer says of itself."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from runs.accounts.tokens import make_token
from runs.contract.status import Status
from runs.models import Run
from runs.models.token import Scope
from tests.disk import write_job

pytestmark = pytest.mark.django_db(transaction=True)
LOG = b"one\ntwo\n"


@pytest.fixture
def finished(make_run):
    run = make_run()
    (run.directory / "output.log").write_bytes(LOG)
    (run.directory / "progress.jsonl").write_bytes(b'{"a": 1}\n')
    Run.objects.filter(pk=run.pk).update(status=Status.FAILED)
    return run


@pytest.fixture
def ask(member, transactional_db):
    async def asked(path, owner=member, scope=Scope.READ, **headers):
        _, text = await sync_to_async(make_token)(owner=owner, label="t", scopes=[scope])
        headers = {"Authorization": f"Bearer {text}", **headers}
        return await AsyncClient().get(f"/api/v1{path}", headers=headers)

    return asked


async def texts_and_end(response):
    """The joined text of its log events, and the data of the last event."""
    content = b"".join([part async for part in response]).decode()
    data = [json.loads(line[6:]) for line in content.split("\n") if line.startswith("data: ")]
    return "".join(each.get("text", "") for each in data), data[-1]


async def test_it_follows_a_log_to_its_end(ask, finished):
    response = await ask(f"/runs/{finished.pk}/log/stream")
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Accel-Buffering"] == "no"
    assert response["X-Trace-Id"]
    assert await texts_and_end(response) == ("one\ntwo\n", {"status": "failed", "offset": 8})


async def test_it_follows_progress_to_its_end(ask, finished):
    response = await ask(f"/runs/{finished.pk}/progress/stream")
    content = b"".join([part async for part in response])
    assert b"event: progress\nid: 9\n" in content
    assert content.endswith(b'event: done\nid: 9\ndata: {"status": "failed", "offset": 9}\n\n')


@pytest.mark.parametrize(
    ("query", "last_event_id", "text"),
    [
        ("?offset=4", None, "two\n"),
        ("?offset=-2", None, "o\n"),
        ("?from_start=false", None, ""),
        ("", "4", "two\n"),
        ("?offset=0", "8", ""),
        ("?from_start=false", "0", "one\ntwo\n"),
        ("", "junk", "one\ntwo\n"),
        ("", "-4", "one\ntwo\n"),
        ("", "²", "one\ntwo\n"),
        ("", "9" * 400, "one\ntwo\n"),
    ],
)
async def test_it_begins_where_it_is_asked_to(ask, finished, query, last_event_id, text):
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    response = await ask(f"/runs/{finished.pk}/log/stream{query}", **headers)
    assert (await texts_and_end(response))[0] == text


@pytest.mark.parametrize("query", ["offset=x", "offset=1e9", "from_start=maybe", "ofset=1"])
async def test_it_refuses_what_it_does_not_know(ask, finished, query):
    response = await ask(f"/runs/{finished.pk}/log/stream?{query}")
    assert response.status_code == 422


async def test_it_follows_a_job(ask, job_row, settings):
    job = await sync_to_async(job_row)(status="completed")
    write_job(
        settings.FUSIONWEB_STATUS_DIRS[0], job.project, job.group, job.name, job.run_id, log="one\n"
    )
    response = await ask(f"/jobs/{job.project}/{job.group}/{job.name}/{job.run_id}/log/stream")
    assert await texts_and_end(response) == ("one\n", {"status": "completed", "offset": 4})


@pytest.mark.parametrize("what", ["log", "progress"])
async def test_what_somebody_may_not_see_is_not_there(ask, finished, other_member, what):
    path = f"/runs/{finished.pk}/{what}/stream"
    finished.project.is_open = False
    await finished.project.asave()
    hidden = await ask(path, owner=other_member)
    missing = await ask(f"/runs/{'0' * 12}/{what}/stream", owner=other_member)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["error"]["code"] == missing.json()["error"]["code"] == "run_not_found"


async def test_a_token_without_the_scope_is_refused(ask, finished):
    response = await ask(f"/runs/{finished.pk}/log/stream", scope=Scope.RUN)
    assert response.status_code == 403


async def test_nobody_anonymous(finished):
    response = await AsyncClient().get(f"/api/v1/runs/{finished.pk}/log/stream")
    assert response.status_code == 401
