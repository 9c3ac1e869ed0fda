"""What SQLite knows of its tables: nothing while they are small, and anew when they have grown."""

import pytest
from django.db import connection

from runs.lifecycle.supervisor.sweep import FEW_ROWS, Statistics, take_statistics
from runs.models import Run

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's statistics"),
]


def known_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone():
            return set()
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


@pytest.fixture
def many(run_row):
    def make(count):
        like = run_row()
        rows = [
            Run(
                project=like.project,
                program=like.program,
                owner=like.owner,
                name=f"row-{number}",
                root=like.root,
            )
            for number in range(count)
        ]
        Run.objects.bulk_create(rows)
        return like

    return make


def test_it_takes_none_of_a_small_table_and_forgets_what_was_taken(run_row):
    run_row()
    take_statistics()
    assert "runs_project" in known_tables()
    assert not Statistics().keep_fresh(0.0)
    assert known_tables() == set()


def test_it_takes_them_of_a_large_one_once_until_the_clock_says_so(many):
    many(FEW_ROWS)
    statistics = Statistics()
    assert statistics.keep_fresh(0.0)
    assert "runs_run" in known_tables()
    assert not statistics.keep_fresh(1.0)
    assert statistics.keep_fresh(3601.0)


def test_it_takes_them_anew_when_the_table_has_grown_tenfold(many):
    many(FEW_ROWS)
    statistics = Statistics()
    statistics.keep_fresh(0.0)
    many(10 * FEW_ROWS)
    assert statistics.keep_fresh(1.0)


def test_it_looks_rows_up_by_their_ids_however_the_lab_began(many):
    """A lab that begins empty has one project and one program; fifty rows of a page are then
    still found by their ids, not by reading all runs of that project."""
    Statistics().keep_fresh(0.0)
    many(3000)
    ids = list(Run.objects.order_by().values_list("pk", flat=True)[:50])
    rows = Run.objects.filter(pk__in=ids).select_related("project", "program", "owner")
    plan = rows.order_by().explain()
    assert "sqlite_autoindex_runs_run_1" in plan, plan


def test_the_supervisor_keeps_them(many, supervisor):
    many(FEW_ROWS)
    supervisor.step()
    assert "runs_run" in known_tables()
