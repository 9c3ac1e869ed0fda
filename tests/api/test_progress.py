"""Progress of runs and jobs over HTTP."""

import json

import pytest

from runs.contract.progress_lines import LONGEST_LINE_BYTES
from tests.cleanup.conftest import disk_job  # noqa: F401

LINES = [{"type": "start"}, {"erlang": 50, "iteration": 1, "metrics": {"loss": 0.5}}]


def write(executed, data):
    executed.directory.mkdir(parents=True, exist_ok=True)
    text = data if isinstance(data, bytes) else as_lines(data)
    (executed.directory / "progress.jsonl").write_bytes(text)
    return len(text)


def as_lines(events):
    return "".join(json.dumps(event) + "\n" for event in events).encode()


@pytest.fixture
def run(make_run):
    return make_run()


def read(script, run, **query):
    response = script.get(f"/runs/{run.pk}/progress", **query)
    assert response.status_code == 200, response.content
    return response.json()


def test_it_gives_the_events_as_they_are(script, run):
    size = write(run, LINES)
    assert read(script, run) == {
        "offset": 0, "next": size, "events": LINES, "malformed": [], "reset": False,
    }  # fmt: skip


def test_it_gives_those_of_a_job_as_well(script, disk_job):  # noqa: F811
    job = disk_job()
    write(job, LINES)
    path = "/".join(job.path.parts)
    assert script.get(f"/jobs/{path}/progress").json()["events"] == LINES


def test_it_goes_on_from_where_it_ended(script, run):
    write(run, LINES[:1])
    first = read(script, run)
    write(run, LINES)
    assert read(script, run, offset=first["next"])["events"] == LINES[1:]


def test_it_waits_for_the_end_of_a_line(script, run):
    whole = as_lines(LINES[:1])
    write(run, whole + b'{"half')
    assert read(script, run)["next"] == len(whole)


def test_it_counts_a_broken_line_and_goes_on(script, run):
    broken = b"no json\n"
    size = write(run, broken + as_lines(LINES))
    answer = read(script, run)
    assert (answer["malformed"], answer["events"], answer["next"]) == ([0], LINES, size)


def test_it_begins_anew_where_the_file_was(script, run):
    write(run, LINES)
    answer = read(script, run, offset=100_000)
    assert (answer["reset"], answer["offset"], answer["events"]) == (True, 0, LINES)


def test_it_has_no_events_while_there_is_no_file(script, run):
    assert read(script, run)["events"] == []


def test_it_answers_json_whatever_was_written(script, run):
    write(run, b'{"a": NaN, "b": Infinity, "c": "\\ud800\\u0000"}\n[1]\n"x"\n\n')
    answer = read(script, run)
    assert answer["events"] == [{"a": None, "b": None, "c": "��"}]
    assert len(answer["malformed"]) == 2


@pytest.mark.parametrize("times", [2, 5])
def test_it_passes_over_an_absurd_line_in_one_answer(script, run, times):
    absurd = b"x" * (LONGEST_LINE_BYTES * times + 17) + b"\n"
    before, after = as_lines(LINES[:1]), as_lines(LINES[1:])
    size = write(run, before + absurd + after)
    first = read(script, run)
    assert first["events"] == LINES[:1]
    rest = read(script, run, offset=first["next"])
    assert rest["malformed"] == [len(before)]
    while rest["next"] < size:
        rest = read(script, run, offset=rest["next"])
    assert rest["events"] == LINES[1:]
    assert rest["reset"] is False


def test_it_never_ends_inside_an_absurd_line(script, run):
    before = as_lines(LINES)
    write(run, before + b"x" * (LONGEST_LINE_BYTES * 3))
    answer = read(script, run, offset=len(before))
    assert (answer["next"], answer["malformed"]) == (len(before), [])
    write(run, before + b"x" * (LONGEST_LINE_BYTES * 3) + b"\n" + as_lines(LINES))
    assert read(script, run, offset=answer["next"])["malformed"] == [len(before)]


def test_it_gives_a_long_file_in_several_answers(script, run):
    events = [{"iteration": n, "text": "x" * 1000} for n in range(600)]
    size = write(run, events)
    gathered, offset = [], 0
    while offset < size:
        answer = read(script, run, offset=offset)
        gathered += answer["events"]
        offset = answer["next"]
    assert gathered == events


@pytest.mark.parametrize("offset", ["-1", "x", str(2**64), "1e3"])
def test_it_refuses_what_is_no_offset(script, run, offset):
    assert script.get(f"/runs/{run.pk}/progress", offset=offset).status_code == 422
