"""Staff cancel, retry and delete batches in the admin site; files never stay behind."""

import pytest

from runs.analysis.services import create_batch
from runs.contract.status import Status
from runs.models import Batch, Run
from tests.analysis.asking import wanted

LIST = "/admin/runs/batch/"


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def batch(member, script_program):
    return create_batch(owner=member, request=wanted(script_program("")))


def ended(batch, *statuses):
    for run, status in zip(batch.runs.order_by("created_at"), statuses, strict=True):
        Run.objects.filter(pk=run.pk).update(status=status)
    Batch.objects.filter(pk=batch.pk).update(status=Status.COMPLETED)


def act(site, action, *batches, **more):
    chosen = {"_selected_action": [batch.pk for batch in batches]}
    return site.post(LIST, {"action": action, **chosen, **more}, follow=True)


def text(response):
    return " ".join(response.content.decode().split())


def test_it_lists_searches_and_shows_one(site, batch):
    found = text(site.get(LIST, {"q": "many", "kind__exact": "repeat"}))
    assert batch.pk in found
    assert batch.pk not in text(site.get(LIST, {"q": "nothing like it"}))
    page = text(site.get(f"{LIST}{batch.pk}/change/"))
    assert "0 of 3 completed" in page
    assert f"/batches/{batch.pk}/" in page


def test_it_asks_as_few_queries_for_many_as_for_one(site, batch_row, django_assert_max_num_queries):
    for number in range(40):
        batch_row(name=f"row{number}")
    with django_assert_max_num_queries(14):
        assert "row39" in text(site.get(LIST))


def test_it_offers_neither_changes_nor_deletion_that_leaves_files(site, batch):
    assert "delete_selected" not in text(site.get(LIST))
    assert site.get(f"{LIST}add/").status_code == 403
    assert 'name="_save"' not in text(site.get(f"{LIST}{batch.pk}/change/"))


def test_it_cancels(site, batch):
    assert "1 batch told to stop" in text(act(site, "cancel", batch))
    batch.refresh_from_db()
    assert batch.status == Status.CANCELLED
    assert "already ended" in text(act(site, "cancel", batch))


def test_it_retries_what_failed(site, batch):
    ended(batch, "completed", "failed", "lost")
    assert "2 runs queued again" in text(act(site, "retry", batch))
    assert "nothing to retry" in text(act(site, "retry", batch))


def test_it_says_how_much_goes_and_deletes_it_with_files(site, batch):
    ended(batch, "completed", "failed", "lost")
    asked = text(act(site, "delete_with_files", batch))
    assert "1 batch" in asked
    assert "6 files" in asked
    assert Batch.objects.exists()
    directories = [run.directory for run in batch.runs.all()]
    done = text(act(site, "delete_with_files", batch, answer=batch.name))
    assert "1 batch deleted: 6 files" in done
    assert not Batch.objects.exists()
    assert not any(directory.exists() for directory in directories)


def test_it_keeps_one_that_goes_on(site, batch):
    assert "None of the selected batches" in text(act(site, "delete_with_files", batch))
    act(site, "delete_with_files", batch, answer=batch.name)
    assert Batch.objects.exists()


def test_the_page_of_a_run_leads_to_its_batch(site, batch):
    page = text(site.get(f"/admin/runs/run/{batch.runs.first().pk}/change/"))
    assert f"{LIST}{batch.pk}/change/" in page


def test_members_do_not_come_in(client, member, batch):
    client.force_login(member)
    assert client.get(LIST).status_code == 302
