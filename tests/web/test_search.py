"""One search over runs, jobs and checkpoints."""

import pytest


@pytest.fixture
def found(client, member):
    client.force_login(member)
    return lambda query: client.get("/search/", {"q": query}).content.decode()


def test_it_finds_runs_jobs_and_checkpoints_at_once(found, run_row, job_row, checkpoint_row):
    run_row(name="needle-run")
    job_row(name="needle_job")
    checkpoint_row(name="needle_saved")
    html = found("needle")
    for name in ("needle-run", "needle_job", "needle_saved"):
        assert name in html


def test_it_leads_to_all_that_was_found(found, job_row):
    for number in range(12):
        job_row(name=f"needle & {number}")
    html = found("needle &")
    assert 'href="/jobs/?search=needle%20%26"' in html
    assert html.count("<a data-open") == 10


def test_every_word_must_occur(found, job_row):
    job_row(name="lm_small", project="gpt")
    assert "lm_small" in found("small GPT")
    assert "Nothing holds" in found("small moe")


def test_a_launched_run_is_found_once(found, run_row, job_row):
    run = run_row(name="needle")
    job_row(name="needle", ordered_run=run, run_id=run.pk)
    html = found("needle")
    assert "found-runs" in html
    assert "found-jobs" not in html


def test_it_shows_what_was_asked_as_text(found):
    html = found('"><script>alert(1)</script>')
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_an_empty_search_finds_nothing(found, job_row):
    job_row()
    assert "Nothing asked for" in found("  ")


def test_it_asks_for_a_login(client, db):
    assert client.get("/search/?q=a").status_code == 302
