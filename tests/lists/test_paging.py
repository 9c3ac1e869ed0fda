"""Pages by key: each row on exactly one page, whichever way one goes."""

import pytest
from django.utils import timezone

from runs.errors import InvalidInput
from runs.lists.paging import moment, page_of, text
from runs.models import Run

CREATED, NAME = moment("created_at"), text("name")


def pages(column, descending, size=3):
    """Forward to the end, then back to the beginning."""
    forward = [page_of(Run.objects.all(), column, descending=descending, size=size)]
    while forward[-1].older:
        after = forward[-1].older
        forward.append(
            page_of(Run.objects.all(), column, descending=descending, after=after, size=size)
        )
    back = [forward[-1]]
    while back[-1].newer:
        before = back[-1].newer
        back.append(
            page_of(Run.objects.all(), column, descending=descending, before=before, size=size)
        )
    return [page.keys for page in forward], [page.keys for page in reversed(back)]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("column", [CREATED, NAME])
def test_it_shows_each_run_once_both_ways(run_row, column, descending):
    for number in range(10):
        run_row(name=f"run-{number // 4}")
    Run.objects.filter(name__in=["run-0", "run-1"]).update(created_at=timezone.now())
    forward, back = pages(column, descending)
    sign = "-" if descending else ""
    expected = Run.objects.order_by(f"{sign}{column.name}", f"{sign}pk").values_list(
        "pk", flat=True
    )
    assert [key for page in forward for key in page] == list(expected)
    assert [len(page) for page in forward] == [3, 3, 3, 1]
    assert sorted(key for page in back for key in page) == sorted(expected)


def test_it_keeps_the_cursor_where_names_hold_its_separator(run_row):
    for name in ("a~b", "a~c", "a~d"):
        run_row(name=name)
    forward, _ = pages(NAME, descending=False, size=1)
    assert len(forward) == 3


def test_it_shows_nothing_where_there_is_nothing(db):
    assert page_of(Run.objects.all(), CREATED, descending=True).keys == []


@pytest.mark.parametrize("cursor", ["x", "~", "2026~", "yesterday~abc"])
def test_it_refuses_a_damaged_cursor(db, cursor):
    with pytest.raises(InvalidInput, match="first page"):
        page_of(Run.objects.all(), CREATED, descending=True, after=cursor)
