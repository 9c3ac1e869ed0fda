"""No address leads out of the directory it belongs to, and none breaks the server."""

import io
import zipfile

import pytest
from asgiref.sync import async_to_sync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.disk import write_checkpoint, write_job

from .traversals import OUTSIDE, lay_traps, strings

STRINGS = strings()
JOB = "gpt/baselines/lm_small/20261119_214811"
CHECKPOINT = "gpt/baselines/lm_small/ntoks/134217728"
ALL_STRINGS = ["/runs/{run}/artifacts/file/{path}", "/api/v1/jobs/{job}/artifacts/{path}"]
PATH_ROUTES = [
    "/runs/{run}/artifacts/preview/{path}",
    "/runs/{run}/artifacts.zip?path={path}",
    "/runs/{run}/?tab=artifacts&path={path}",
    "/api/v1/runs/{run}/artifacts/{path}",
    "/api/v1/runs/{run}/artifacts/{path}/preview",
    "/api/v1/runs/{run}/artifacts?path={path}",
    "/api/v1/runs/{run}/artifacts.zip?path={path}",
    "/jobs/{job}/artifacts/{root}/{path}",
    "/jobs/{job}/?tab=artifacts&path={path}",
    "/checkpoints/{checkpoint}/?tab=files&path={path}",
]
NAME_ROUTES = [
    "/templates/fusion-sim/{path}/",
    "/api/v1/templates/{path}",
    "/api/v1/topologies/{path}",
    "/runs/{path}/",
    "/runs/{path}/log/raw/",
    "/api/v1/runs/{path}",
    "/api/v1/runs/{path}/log",
    "/jobs/gpt/baselines/lm_small/{path}/",
    "/jobs/{path}/baselines/lm_small/20261119_214811/log/raw/",
    "/api/v1/jobs/gpt/baselines/{path}/20261119_214811/log",
    "/checkpoints/gpt/baselines/lm_small/{path}/",
    "/api/v1/checkpoints/gpt/baselines/lm_small/{path}",
    "/projects/{path}/",
    "/api/v1/programs/{path}/schema",
]


@pytest.fixture
def trapped(client, member, program, run_row, job_row, checkpoint_row, settings, tmp_path):
    """A run, a job and a checkpoint whose directories are full of traps."""
    outside = tmp_path / "outside"
    outside.mkdir()
    run = run_row(program=program, status="completed")
    status, checkpoints = settings.FUSIONWEB_STATUS_DIRS[0], settings.FUSIONWEB_CHECKPOINT_DIRS[0]
    job = job_row(run_id="20261119_214811")
    checkpoint_row(suffix="ntoks/134217728")
    (status / "secret.txt").parent.mkdir(parents=True, exist_ok=True)
    (status / "secret.txt").write_text(OUTSIDE)
    for directory in (run.directory, write_job(status), write_checkpoint(checkpoints)):
        directory.mkdir(parents=True, exist_ok=True)
        lay_traps(directory, outside)
    client.force_login(member)
    return {"run": run.pk, "job": JOB, "checkpoint": CHECKPOINT, "root": job.root_id}


async def joined(answer):
    return b"".join([piece async for piece in answer])


def everything_in(answer):
    """Its bytes; of a zip what is packed in it, with the names."""
    body = async_to_sync(joined)(answer) if answer.streaming else answer.content
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


def expect_harmless(answer, address):
    content = everything_in(answer)
    assert answer.status_code < 500, address
    assert OUTSIDE.encode() not in content, address
    assert b"root:x:0" not in content, address
    assert b"FUSIONWEB_DATA=" not in content, address
    assert "\n" not in "".join(answer.headers.values()), address


def test_there_are_two_hundred_of_them():
    assert len(STRINGS) >= 200


def expect_all_harmless(client, trapped, route, paths):
    for path in paths:
        address = route.format(path=path, **trapped)
        # a fragment, so that an error is no whole page: there are thousands
        expect_harmless(client.get(address, headers={"HX-Request": "true"}), address)


@pytest.mark.parametrize("route", ALL_STRINGS)
def test_none_of_two_hundred_leads_out(client, trapped, route):
    expect_all_harmless(client, trapped, route, STRINGS)


@pytest.mark.parametrize("route", PATH_ROUTES + NAME_ROUTES)
def test_none_leads_out_anywhere_else(client, trapped, route):
    """The same function looks at a path, and a name is a key looked up in a table: each third
    string, another third at each route."""
    begin = (PATH_ROUTES + NAME_ROUTES).index(route) % 3
    expect_all_harmless(client, trapped, route, STRINGS[begin::3])


def test_no_template_asked_for_leads_out(client, trapped):
    route = "/runs/new/?program=fusion-sim&template={path}"
    expect_all_harmless(client, trapped, route, STRINGS[::20])


@pytest.mark.parametrize("route", [*ALL_STRINGS, PATH_ROUTES[0], *PATH_ROUTES[3:5]])
def test_what_is_inside_is_still_had(client, trapped, route):
    answer = client.get(
        route.format(path="output/plain.txt", **trapped), headers={"HX-Request": "true"}
    )
    assert b"harmless" in everything_in(answer)


@pytest.mark.parametrize("route", [route for route in PATH_ROUTES if ".zip" in route])
def test_a_zip_holds_nothing_from_elsewhere(client, trapped, route):
    content = everything_in(client.get(route.format(path="", **trapped)))
    assert b"output/plain.txt" in content
    for name in (b"link", b"fifo", b"socket", b"device", b"hidden", b"secret"):
        assert name not in content


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parts=st.lists(
        st.sampled_from(["..", ".", "link", "link-up", "link-to-folder", "output", "secret.txt"])
        | st.text(max_size=8),
        max_size=6,
    )
)
def test_no_path_leads_out(client, trapped, parts):
    path = "/".join(parts).replace("%", "%25").replace("#", "%23").replace("?", "%3f")
    address = f"/api/v1/runs/{trapped['run']}/artifacts/{path}"
    expect_harmless(client.get(address), address)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(offset=st.integers() | st.text(max_size=20), limit=st.integers() | st.text(max_size=20))
def test_no_offset_breaks_a_log(client, trapped, offset, limit):
    for address in (
        f"/api/v1/jobs/{JOB}/log",
        f"/jobs/{JOB}/log/lines/",
        f"/api/v1/jobs/{JOB}/progress",
    ):
        answer = client.get(address, {"offset": offset, "limit": limit, "from": offset})
        assert answer.status_code in (200, 302, 404, 416, 422), (address, offset, limit)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=st.text(st.characters(max_codepoint=255), max_size=30))
def test_no_range_breaks_a_download(client, trapped, value):
    address = f"/api/v1/runs/{trapped['run']}/artifacts/output/plain.txt"
    answer = client.get(address, headers={"Range": f"bytes={value}"})
    assert answer.status_code in (200, 206, 416)
    expect_harmless(answer, address)
