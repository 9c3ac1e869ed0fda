"""Rows found by words of their text, before and after they are in the index."""

import sqlite3

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import search as search_module
from runs.models import Checkpoint, Job, Run
from runs.search import index_for_search, search

sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's index")


@pytest.fixture
def found(db):
    """The `name` of what a text finds, in order."""

    def names(text, rows=None):
        rows = Job.objects.order_by("name") if rows is None else rows
        return list(search(rows, text).values_list("name", flat=True))

    return names


@pytest.fixture(params=["not indexed", "indexed"])
def job_named(job_row, request):
    """A job of a name, with and without the index having taken it in."""

    def make(name, **fields):
        job = job_row(name=name, search_text=name.lower(), **fields)
        if request.param == "indexed":
            index_for_search()
        return job

    return make


def test_it_finds_a_piece_of_a_word(job_named, found):
    job_named("large_model")
    job_named("small_model")
    assert found("rge_mo") == ["large_model"]


def test_it_finds_in_any_case(job_named, found):
    job_named("Größe")
    assert found("GRÖSSE".replace("SS", "ß")) == ["Größe"]


def test_it_wants_every_word_somewhere(job_named, found):
    job_named("alpha beta")
    job_named("alpha gamma")
    assert found("  beta alpha ") == ["alpha beta"]
    assert found("alpha delta") == []


def test_it_finds_everything_by_an_empty_text(job_named, found):
    job_named("a")
    assert found(" \n ") == ["a"]


def test_it_finds_words_too_short_for_the_index(job_named, found):
    job_named("h1 abc")
    job_named("h2 abc")
    assert found("h2") == ["h2 abc"]
    assert found("2 abc") == ["h2 abc"]


@pytest.mark.parametrize(
    "text", ["100%_x", 'say"so"', "a*b*c", "(x)or(y)", "-minus", "^caret", "back\\slash", "{x}:y"]
)
def test_it_takes_every_character_as_it_is(job_named, found, text):
    job_named(text)
    job_named("100zzx saysso aabbcc xory minus caret backslash xy")
    assert found(text) == [text]


def test_it_takes_words_of_a_query_language_as_words(job_named, found):
    job_named("cats and dogs")
    job_named("cats")
    assert found("cats AND") == ["cats and dogs"]
    assert found("cats NOT") == []
    assert found("search_text:cats") == []


@pytest.mark.parametrize("text", ["nul\0byte", "lone\ud800surrogate", "x" * 5000, "a b " * 200])
def test_it_finds_nothing_by_odd_texts(job_named, found, text):
    job_named("ordinary")
    assert found(text) == []


def test_it_tells_apart_what_has_the_same_trigrams(job_named, found):
    job_named("abcabd bcab")
    assert found("abcab") == ["abcabd bcab"]
    assert found("bcabdbcab") == []


def test_it_finds_emoji_and_chinese(job_named, found):
    job_named("训练模型🚀🚀🚀")
    assert found("练模型") == ["训练模型🚀🚀🚀"]
    assert found("🚀🚀🚀") == ["训练模型🚀🚀🚀"]


def test_it_combines_with_other_filters_and_an_order(job_named, found):
    for number in (1, 3, 2):
        job_named(f"wanted {number}", status="failed" if number > 1 else "completed")
    failed = Job.objects.filter(status="failed").order_by("-name")
    assert found("wanted", failed) == ["wanted 3", "wanted 2"]
    assert search(failed, "wanted").count() == 2
    assert search(Job.objects.all(), "wanted").filter(status="completed").count() == 1


def test_it_forgets_the_old_text_of_a_changed_row(job_named, found):
    job = job_named("before")
    Job.objects.filter(pk=job.pk).update(search_text="after")
    assert (found("before"), found("after")) == ([], ["before"])
    index_for_search()
    assert (found("before"), found("after")) == ([], ["before"])


def test_it_finds_a_row_that_is_put_back_under_its_number(job_named, found):
    first, _ = job_named("comes back"), job_named("stays")
    values = Job.objects.filter(pk=first.pk).values().get()
    first.delete()
    index_for_search()
    assert found("comes back") == []
    Job.objects.create(**values)
    assert found("comes back") == ["comes back"]
    index_for_search()
    assert found("comes back") == ["comes back"]


def test_it_finds_runs(run_row, found):
    first, second = run_row(name="first-run"), run_row(name="second-run")
    index_for_search()
    third = run_row(name="third-run")
    assert found("-run", Run.objects.order_by("name")) == [first.name, second.name, third.name]
    first.delete()
    Run.objects.filter(pk=second.pk).update(search_text="renamed")
    assert found("-run", Run.objects.order_by("name")) == [third.name]
    index_for_search()
    assert found("renamed", Run.objects.all()) == [second.name]
    assert found("first-run", Run.objects.all()) == []


def test_it_finds_checkpoints(checkpoint_row, found):
    checkpoint_row(suffix="final/1073741824")
    index_for_search()
    checkpoint_row(suffix="final/99")
    assert len(found("final/", Checkpoint.objects.all())) == 2
    assert len(found("1073741824", Checkpoint.objects.all())) == 1


def test_it_says_how_many_rows_were_taken_in(job_row):
    for _ in range(3):
        job_row()
    index_for_search()
    assert index_for_search() == 0


@sqlite_only
def test_it_takes_in_many_rows_piece_by_piece(job_row, monkeypatch):
    monkeypatch.setattr(search_module, "CHUNK_ROWS", 2)
    for _ in range(5):
        job_row()
    assert [index_for_search() for _ in range(4)] == [2, 2, 1, 0]


@sqlite_only
@pytest.mark.parametrize(("few", "many"), [(10, 20), (2, 20), (2, 3)])
def test_it_finds_the_same_by_each_plan(job_row, found, monkeypatch, few, many):
    monkeypatch.setattr(search_module, "FEW", few)
    monkeypatch.setattr(search_module, "MANY", many)
    for number in range(9):
        job_row(name=f"job {number}", search_text="common" if number % 2 else "other")
    for number in range(3):
        run_name = f"job {number}"
        job_row(name=run_name, group="b", search_text="rare")
    index_for_search()
    assert found("common") == ["job 1", "job 3", "job 5", "job 7"]
    assert search(Job.objects.all(), "common").count() == 4


@sqlite_only
def test_it_finds_runs_among_many(run_row, found, monkeypatch):
    monkeypatch.setattr(search_module, "FEW", 1)
    names = [run_row(name=f"many {number}").name for number in range(3)]
    index_for_search()
    assert found("many", Run.objects.order_by("name")) == names


@sqlite_only
def test_it_reads_only_candidates(job_row, django_assert_num_queries):
    for number in range(3):
        job_row(search_text=f"word{number}")
    index_for_search()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(search(Job.objects.all(), "word1"))
        assert list(search(Job.objects.all(), "nowhere")) == []
    assert len(queries) == 3


@sqlite_only
def test_it_survives_vacuum(run_row, found, settings, transactional_db):
    rows = [run_row(name=f"kept-{number}") for number in range(20)]
    index_for_search()
    for row in rows[::2]:
        row.delete()
    with sqlite3.connect(connection.settings_dict["NAME"]) as other:
        other.execute("VACUUM")
    assert found("kept-", Run.objects.order_by("created_at")) == [row.name for row in rows[1::2]]
