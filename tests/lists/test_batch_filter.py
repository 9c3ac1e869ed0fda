"""What the list of batches, and that of runs by batch, can be narrowed to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.lists.batch_filter import BatchFilter
from runs.lists.paging import moment, page_of, text
from runs.lists.run_filter import RunFilter
from runs.models import Batch, Project, Run

pytestmark = pytest.mark.django_db


def found(**asked):
    filters = BatchFilter(asked, queryset=Batch.objects.order_by("created_at"))
    assert filters.is_valid(), filters.form.errors
    return [batch.name for batch in filters.qs]


def faults(**asked):
    return BatchFilter(asked, queryset=Batch.objects.all()).form.errors


@pytest.fixture
def some(batch_row, other_member, script_program):
    elsewhere = Project.objects.create(slug="elsewhere")
    batch_row(name="first", kind="repeat", status="completed", tags=["blue"], group="g1")
    batch_row(name="second", kind="sweep", owner=other_member, notes="Of THE second kind")
    batch_row(name="third", project=elsewhere, program=script_program("", slug="other"))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["first", "second", "third"]),
        ({"owner": "all"}, ["first", "second", "third"]),
        ({"owner": "ada"}, ["first", "third"]),
        ({"owner": "nobody"}, []),
        ({"status": ["completed"]}, ["first"]),
        ({"status": ["completed", "pending"]}, ["first", "second", "third"]),
        ({"kind": "sweep"}, ["second"]),
        ({"project": "elsewhere"}, ["third"]),
        ({"program": "other"}, ["third"]),
        ({"group": "g1"}, ["first"]),
        ({"search": "secon kind"}, ["second"]),
        ({"search": "blue"}, ["first"]),
        ({"search": "OPTICS first"}, ["first"]),
        ({"search": "first second"}, []),
        ({"search": "%"}, []),
    ],
)
def test_it_narrows(some, asked, names):
    assert found(**asked) == names


def test_it_finds_by_id(some):
    batch = Batch.objects.get(name="second")
    assert found(search=batch.pk) == ["second"]


def test_it_narrows_by_day(some):
    Batch.objects.filter(name="first").update(created_at=timezone.now() - timedelta(days=9))
    day = f"{timezone.localtime() - timedelta(days=4):%Y-%m-%d}"
    assert found(since=day) == ["second", "third"]
    assert found(until=day) == ["first"]


@pytest.mark.parametrize(
    "asked",
    [
        {"status": ["lost"]},
        {"kind": "ensemble"},
        {"project": "none"},
        {"program": "none"},
        {"since": "yesterday"},
        {"search": "x" * 201},
        {"search": "\0"},
    ],
)
def test_it_refuses_what_means_nothing(some, asked):
    assert list(faults(**asked)) == list(asked)


@pytest.mark.parametrize("column", [moment("created_at"), text("name")])
def test_it_goes_page_by_page(batch_row, column):
    for number in range(5):
        batch_row(name=f"b{number // 2}")
    batches, seen, after = Batch.objects.order_by(), [], ""
    for _ in range(3):
        page = page_of(batches, column, descending=True, after=after, size=2)
        seen += page.keys
        after = page.older
    assert sorted(seen) == sorted(batches.values_list("pk", flat=True))
    assert after == ""


def test_runs_are_narrowed_to_a_batch(batch_with_runs, run_row):
    batch = batch_with_runs()
    run_row()
    filters = RunFilter({"batch": batch.pk}, queryset=Run.objects.order_by())
    assert set(filters.qs) == set(batch.runs.all())
    assert not RunFilter({"batch": "none"}, queryset=Run.objects.order_by()).qs.exists()
