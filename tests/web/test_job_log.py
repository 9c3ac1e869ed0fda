"""The log of a job as a page, as JSON, as a file; and of what is too long to be counted at once."""

import pytest

from runs.files import lines as log_lines
from runs.models import Job
from tests.disk import write_job


@pytest.fixture
def job(client, member, job_row, settings):
    client.force_login(member)
    job = job_row(run_id="r1", status="completed")
    write_job(settings.FUSIONWEB_STATUS_DIRS[0], run_id="r1", log=None)
    return job


@pytest.fixture
def impatient(monkeypatch):
    """A page that does not wait for lines to be counted at all."""
    monkeypatch.setattr(log_lines, "COUNT_SECONDS", -1.0)


def write(job, data):
    (job.directory / "output.log").write_bytes(data)


def numbered(count):
    return b"".join(b"line %d\n" % n for n in range(1, count + 1))


def ask(client, job, view, **query):
    return client.get(f"{job.get_absolute_url()}log/{view}/", query)


def show(client, job, **query):
    return client.get(job.get_absolute_url(), {"tab": "log", **query}).content.decode()


def test_it_opens_at_the_end_and_a_failed_one_at_its_error(client, job):
    write(job, numbered(900) + b"Traceback (most recent call last):\n" + numbered(900))
    assert 'id="L1801"' in show(client, job) and 'data-target=""' in show(client, job)
    Job.objects.update(status="failed")
    assert 'data-target="901"' in show(client, job)
    assert 'data-target=""' in show(client, job, line="end")


def test_it_reads_on_from_an_offset(client, job):
    write(job, "größe\nmore\n".encode())
    first = ask(client, job, "lines", from_offset=0, limit=5).json()
    assert (first["text"], first["next"], first["size"]) == ("grö", 4, 13)
    assert ask(client, job, "lines", from_offset=first["next"]).json()["text"] == "ße\nmore\n"
    beyond = ask(client, job, "lines", from_offset=500).json()
    assert (beyond["text"], beyond["next"]) == ("", 500)


def test_it_gives_the_tail_and_lines_by_number(client, job):
    write(job, numbered(3000))
    assert ask(client, job, "lines", tail=2).json()["lines"] == ["line 2999", "line 3000"]
    assert ask(client, job, "lines", line=7, count=1).json()["lines"] == ["line 7"]
    assert len(ask(client, job, "lines", tail=10**9).json()["lines"]) == 2000


def test_it_tells_whether_there_is_a_log_and_its_size(client, job):
    assert ask(client, job, "lines", size=1).json() == {"exists": False, "size": 0}
    write(job, b"")
    assert ask(client, job, "lines", size=1).json() == {"exists": True, "size": 0}
    write(job, b"12345")
    assert ask(client, job, "lines", size=1).json() == {"exists": True, "size": 5}


def test_it_searches_and_sends_the_file(client, job):
    write(job, numbered(300))
    assert ask(client, job, "search", q="line 29").json()["total"] == 11
    raw = ask(client, job, "raw")
    assert raw["Content-Length"] == str(len(numbered(300)))
    assert "lm_small-r1.log" in raw["Content-Disposition"]


def test_it_says_why_a_log_cannot_be_read(client, job):
    (job.directory / "output.log").symlink_to("output.log")
    assert "cannot be read: Too many levels" in show(client, job)


def test_it_shows_a_log_that_is_no_file(client, job):
    (job.directory / "output.log").mkdir()
    assert "is not a file" in show(client, job)
    assert ask(client, job, "lines", tail=5).status_code == 404


def test_it_shows_the_end_of_what_is_not_counted_yet(client, job, impatient):
    write(job, b"x" * 2**20 * 2 + b"\n" + numbered(1000))
    html = show(client, job)
    assert "uncounted" in html and "line 1000" in html and 'data-counted="0.000"' in html
    overview = client.get(job.get_absolute_url()).content.decode()
    assert "uncounted" in overview and "line 1000" in overview


def test_it_opens_a_failed_one_at_the_end_until_it_is_counted(client, job, impatient):
    write(job, numbered(200_000) + b"RuntimeError: boom\n" + numbered(10))
    Job.objects.update(status="failed")
    assert "data-seeks-error" in show(client, job)
    answer = ask(client, job, "lines", counting=1, first_error=1).json()
    assert answer == {"counted": 1.0, "first_error": 200_001}


def test_what_was_counted_once_is_numbered_at_once(client, job, impatient):
    write(job, numbered(200_000))
    assert "uncounted" in show(client, job)
    ask(client, job, "lines", counting=1)
    assert 'id="L200000"' in show(client, job)


def test_nobody_anonymous_reads_a_log(client, job):
    client.logout()
    for view in ("lines", "search", "raw"):
        assert ask(client, job, view).status_code == 302
