"""Test runs are marked in the list, and listed apart."""

import pytest

from runs.lists.run_filter import RunFilter
from runs.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(run_row):
    return run_row(name="serious"), run_row(name="trial", purpose=Run.Purpose.TEST)


@pytest.mark.parametrize(
    ("purpose", "names"),
    [("", {"serious", "trial"}), ("test", {"trial"}), ("experimental", {"serious"})],
)
def test_it_lists_them_together_or_apart(both, purpose, names):
    filters = RunFilter({"purpose": purpose}, queryset=Run.objects.order_by())
    assert filters.is_valid()
    assert {run.name for run in filters.qs} == names


def test_it_knows_no_other_purpose(both):
    filters = RunFilter({"purpose": "fun"}, queryset=Run.objects.order_by())
    assert filters.errors == {"purpose": ["A run is experimental or a test."]}


def test_the_list_marks_a_test_run(both, client, member):
    client.force_login(member)
    page = client.get("/runs/").content.decode()
    assert page.count('<span class="badge">test</span>') == 1
    page = client.get("/runs/?purpose=experimental").content.decode()
    assert "serious" in page and "trial" not in page


def test_a_retry_of_a_test_is_a_test(make_run, member):
    from runs.lifecycle.services import retry_run

    run = make_run()
    Run.objects.update(purpose=Run.Purpose.TEST, status="failed")
    run.refresh_from_db()
    assert retry_run(actor=member, run=run).purpose == Run.Purpose.TEST
