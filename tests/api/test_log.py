"""Logs of runs and jobs over HTTP."""

import os

import pytest

from runs.models import Job, Project
from tests.cleanup.conftest import disk_job  # noqa: F401

LOG = "one\n\x1b[31mtwo\x1b[0m\nthrée\n".encode()


def write_log(executed, data):
    executed.directory.mkdir(parents=True, exist_ok=True)
    (executed.directory / "output.log").write_bytes(data)


@pytest.fixture
def run(make_run):
    run = make_run()
    write_log(run, LOG)
    return run


@pytest.fixture
def job(disk_job):  # noqa: F811
    job = disk_job()
    write_log(job, LOG)
    return job


@pytest.fixture(params=["run", "job"])
def base(request):
    """The address of something with a log, once a run and once a job."""
    executed = request.getfixturevalue(request.param)
    return address_of(executed)


def address_of(executed):
    if isinstance(executed, Job):
        return "/jobs/" + "/".join(executed.path.parts)
    return f"/runs/{executed.pk}"


def offsets(response):
    names = ("X-Log-Offset", "X-Next-Offset", "X-Log-Size")
    return tuple(int(response[name]) for name in names)


def test_it_gives_the_bytes_as_they_are(script, base):
    response = script.get(f"{base}/log")
    assert response.status_code == 200
    assert response.content == LOG
    assert offsets(response) == (0, len(LOG), len(LOG))
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_it_reads_a_log_piece_by_piece(script, base):
    gathered, offset = b"", 0
    while True:
        response = script.get(f"{base}/log", offset=offset, limit=5)
        if not response.content:
            break
        assert len(response.content) <= 5
        gathered += response.content
        offset = int(response["X-Next-Offset"])
    assert gathered == LOG
    assert offset == len(LOG)


@pytest.mark.parametrize(
    ("offset", "expected"), [(-7, LOG[-7:]), (-1000, LOG), (len(LOG), b""), (-1, b"\n")]
)
def test_it_counts_a_negative_offset_from_the_end(script, base, offset, expected):
    response = script.get(f"{base}/log", offset=offset)
    assert response.content == expected
    assert int(response["X-Next-Offset"]) == len(LOG)


def test_it_shows_by_the_size_that_a_log_was_begun_anew(script, base):
    response = script.get(f"{base}/log", offset=5000)
    assert response.content == b""
    assert offsets(response) == (5000, 5000, len(LOG))


@pytest.mark.parametrize(
    "query",
    [
        {"offset": "x"},
        {"offset": str(2**64)},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": str(2**30)},
        {"from": "0"},
    ],
)
def test_it_refuses_what_is_no_part_of_a_log(script, run, query):
    assert script.get(f"/runs/{run.pk}/log", **query).status_code == 422


@pytest.mark.parametrize("offset", [2**63 - 1, -(2**63 - 1)])
def test_it_takes_any_offset_a_file_can_have(script, run, offset):
    assert script.get(f"/runs/{run.pk}/log", offset=offset).status_code == 200


def test_it_has_nothing_while_there_is_no_log(script, make_run):
    run = make_run()
    response = script.get(f"/runs/{run.pk}/log", offset=-10)
    assert (response.status_code, response.content) == (200, b"")
    assert offsets(response) == (0, 0, 0)
    assert script.get(f"/runs/{run.pk}/log/tail").json() == {
        "lines": [], "next": 0, "size": 0,
    }  # fmt: skip
    assert script.get(f"/runs/{run.pk}/log/search", q="x").json()["matches"] == []


def test_it_gives_the_last_lines(script, base):
    answer = script.get(f"{base}/log/tail", lines=2).json()
    assert answer["lines"] == [
        {"number": 2, "text": "\x1b[31mtwo\x1b[0m", "cut": False},
        {"number": 3, "text": "thrée", "cut": False},
    ]
    assert (answer["next"], answer["size"]) == (len(LOG), len(LOG))


def test_it_counts_an_unfinished_line_among_the_last(script, run):
    write_log(run, b"one\ntwo\nthr")
    answer = script.get(f"/runs/{run.pk}/log/tail", lines=2).json()
    assert [(line["number"], line["text"]) for line in answer["lines"]] == [(2, "two"), (3, "thr")]
    assert (answer["next"], answer["size"]) == (8, 11)


def test_it_cuts_an_absurd_line(script, run):
    write_log(run, b"x" * 20_000 + b"\n")
    line = script.get(f"/runs/{run.pk}/log/tail").json()["lines"][0]
    assert (len(line["text"]), line["cut"]) == (10_000, True)


@pytest.mark.parametrize("lines", ["0", "-1", "10001", "many"])
def test_it_bounds_the_last_lines(script, run, lines):
    assert script.get(f"/runs/{run.pk}/log/tail", lines=lines).status_code == 422


def test_it_answers_bad_bytes_as_replaced_characters_and_the_bytes_themselves(script, run):
    junk = b"\xff\xfe\x00\n" + os.urandom(64) + b"\n"
    write_log(run, junk)
    assert script.get(f"/runs/{run.pk}/log").content == junk
    assert script.get(f"/runs/{run.pk}/log/tail").status_code == 200


def test_it_searches_all_of_a_log(script, base):
    answer = script.get(f"{base}/log/search", q="TWO").json()
    match = answer["matches"][0]
    assert (match["line_number"], match["offset"], match["text"]) == (2, 4, "two")
    assert (answer["total"], answer["capped"], answer["next_offset"]) == (1, False, None)
    strict = script.get(f"{base}/log/search", q="TWO", ignore_case="false").json()
    assert strict["matches"] == []


def test_it_searches_by_regular_expression_and_from_where_it_ended(script, run):
    write_log(run, b"".join(b"step %d\n" % n for n in range(20)))
    search = f"/runs/{run.pk}/log/search"
    first = script.get(search, q="step [0-9]+$", regex="true", limit=7).json()
    assert len(first["matches"]) == 7
    rest = script.get(search, q="step [0-9]+$", regex="true", from_offset=first["next_offset"])
    assert [match["line_number"] for match in rest.json()["matches"]] == list(range(8, 21))


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "("}, {"q": "x" * 1001}, {"q": "a\nb"}, {"q": "a\0"}]
)
def test_it_says_which_search_it_cannot_do(script, run, query):
    response = script.get(f"/runs/{run.pk}/log/search", regex="true", **query)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "q"


@pytest.mark.parametrize("part", ["log", "log/tail", "log/search?q=x", "progress"])
def test_it_knows_no_log_of_what_does_not_exist(script, part):
    for base, code in (("runs/0123456789ab", "run_not_found"), ("jobs/a/b/c/d", "job_not_found")):
        response = script.client.get(f"/api/v1/{base}/{part}")
        assert response.status_code == 404
        assert response.json()["error"]["code"] == code


@pytest.mark.parametrize("part", ["log", "log/tail", "log/search?q=x", "progress", "artifacts"])
def test_it_hides_what_belongs_to_a_closed_project(other_script, script, run, member, part):
    Project.objects.filter(pk=run.project_id).update(is_open=False)
    address = f"/api/v1/runs/{run.pk}/{part}"
    hidden = other_script.client.get(address)
    assert hidden.status_code == 404
    assert hidden.json()["error"]["code"] == "run_not_found"
    run.project.members.add(member)
    assert script.client.get(address).status_code == 200


def test_it_reads_no_log_that_leads_elsewhere(script, run, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret of the server")
    log = run.directory / "output.log"
    log.unlink()
    log.symlink_to(secret)
    for part in ("log", "log/tail", "log/search?q=secret"):
        response = script.client.get(f"/api/v1/runs/{run.pk}/{part}")
        assert response.status_code == 404
        assert b"secret of" not in response.content


def test_it_does_not_wait_for_a_pipe(script, run):
    (run.directory / "output.log").unlink()
    os.mkfifo(run.directory / "output.log")
    assert script.get(f"/runs/{run.pk}/log").status_code == 404


def test_it_reads_the_log_of_a_job_under_the_root_that_is_named(script, job):
    base = address_of(job)
    assert script.get(f"{base}/log", root=job.root_id).content == LOG
    assert script.get(f"{base}/log", root=job.root_id + 1).status_code == 404
    assert script.get(f"{base}/log", root="x").status_code == 422


def test_it_follows_a_log_that_grows(script, run):
    offset = int(script.get(f"/runs/{run.pk}/log")["X-Next-Offset"])
    with (run.directory / "output.log").open("ab") as log:
        log.write(b"four\n")
    response = script.get(f"/runs/{run.pk}/log", offset=offset)
    assert response.content == b"four\n"
