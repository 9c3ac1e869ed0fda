"""Disk usage by project and owner, from the tables."""

import pytest
from django.core.cache import cache

from runs.cleanup.usage import disks, usage
from runs.models import Trash


@pytest.fixture(autouse=True)
def counted_anew():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shown(client, member):
    client.force_login(member)
    return lambda query="": " ".join(client.get(f"/usage/{query}").content.decode().split())


def shares(found):
    return {share.name: share for share in found}


def test_it_adds_up_by_project(staff, job_row, checkpoint_row):
    job_row(project="gpt", size_bytes=100)
    job_row(project="gpt", size_bytes=None)
    job_row(project="vit", size_bytes=5)
    checkpoint_row(project="gpt", size_bytes=1000)
    found = shares(usage(staff).projects)
    assert found["gpt"].jobs.size_bytes == 100
    assert (found["gpt"].jobs.number, found["gpt"].jobs.unmeasured) == (2, 1)
    assert found["gpt"].size_bytes == 1100
    assert found["vit"].size_bytes == 5
    assert usage(staff).total.size_bytes == 1105


def test_it_gives_a_run_to_who_ordered_it_and_a_job_to_who_wrote_it(job_row, run_row, staff):
    job_row(ordered_run=run_row(), unix_owner="fusionweb", size_bytes=7)
    job_row(unix_owner="grace", size_bytes=9)
    found = shares(usage(staff).owners)
    assert (found["ada"].size_bytes, found["grace"].size_bytes) == (7, 9)
    assert "fusionweb" not in found


def test_it_counts_the_trash_apart(db, staff):
    now = "2026-12-01T00:00Z"
    Trash.objects.create(
        kind="job", token="t", project="gpt", owner="ada", size_bytes=3, keep_until=now
    )
    assert shares(usage(staff).projects)["gpt"].trash.size_bytes == 3
    assert usage(staff).total.trash.number == 1


def test_it_shows_and_sorts(shown, job_row, checkpoint_row):
    job_row(project="small", size_bytes=10)
    checkpoint_row(project="big", size_bytes=4_200_000_000)
    page = shown()
    assert "4.2 GB" in page
    assert page.index('href="/projects/big/"') < page.index('href="/projects/small/"')
    page = shown("?order=jobs")
    assert page.index('href="/projects/small/"') < page.index('href="/projects/big/"')
    assert "/checkpoints/?project=big" in page


def test_it_says_how_much_is_not_measured(shown, job_row):
    job_row()
    assert "1 directory not measured yet" in shown()


def test_it_says_that_nothing_is_there(shown):
    assert "Nothing has been found yet" in shown()


def test_it_refuses_an_unknown_column(client, member):
    client.force_login(member)
    assert client.get("/usage/?order=colour").status_code == 422


def test_it_shows_each_disk_once_and_a_missing_root_by_itself(settings, shown, tmp_path):
    for root in (*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS):
        root.mkdir(parents=True, exist_ok=True)
    settings.FUSIONWEB_CHECKPOINT_DIRS = [*settings.FUSIONWEB_CHECKPOINT_DIRS, tmp_path / "gone"]
    whole, missing = disks()
    assert len(whole.roots) == 2
    assert 0 < whole.free <= whole.total
    assert missing.fault == "No such file or directory"
    assert "No such file" in shown()


def test_it_escapes_names(shown, job_row):
    job_row(project="<b>x", unix_owner="<i>y", size_bytes=1)
    page = shown()
    assert "<b>x" not in page and "<i>y" not in page


def test_it_asks_for_a_login(client):
    assert client.get("/usage/").status_code == 302
