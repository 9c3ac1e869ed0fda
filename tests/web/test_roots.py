"""The page of roots: their state, the first scan, what could not be read, and held removals."""

import pytest
from django.urls import reverse

from runs.models import Event, Root

PAGE = "/roots/"


@pytest.fixture
def shown(client, member):
    client.force_login(member)
    return lambda: client.get(PAGE).content.decode()


def test_it_lists_every_configured_root_before_it_was_ever_read(shown, settings, tmp_path):
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "status", tmp_path / "more"]
    html = shown()
    for path in (*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS):
        assert str(path) in html
    assert html.count("not read yet") == 3


def test_it_leaves_out_roots_that_are_no_longer_configured(shown):
    Root.objects.create(path="/of/yesterday", kind=Root.Kind.STATUS)
    assert "/of/yesterday" not in shown()


def test_it_shows_how_far_the_first_scan_is(shown, status_root):
    Root.objects.filter(pk=status_root.pk).update(state="scanning", scan_done=250, scan_total=1000)
    html = shown()
    assert 'value="0.2500"' in html
    assert "250 directories of 1,000 directories" in html


def test_it_says_why_a_root_is_missing(shown, status_root):
    Root.objects.filter(pk=status_root.pk).update(state="missing", reason="It is not mounted.")
    assert "It is not mounted." in shown()


def test_it_lists_what_could_not_be_read(shown, status_root, job_row, checkpoint_row):
    job_row(name="torn", fault="metadata.json does not parse")
    checkpoint_row(suffix="final/1", fault="config.json is larger than 8 MiB")
    faults = [{"path": "gpt/<closed>", "reason": "Permission denied"}]
    Root.objects.filter(pk=status_root.pk).update(faults=faults, fault_count=101)
    html = shown()
    assert "metadata.json does not parse" in html
    assert "config.json is larger than 8 MiB" in html
    assert "gpt/&lt;closed&gt;" in html
    assert "101 directories in all" in html


def test_it_says_that_everything_could_be_read(shown, job_row):
    job_row()
    assert "Everything could be read." in shown()


def test_staff_accept_that_what_vanished_was_deleted(client, staff, status_root):
    Root.objects.filter(pk=status_root.pk).update(state="held", reason="60 of 100 vanished")
    client.force_login(staff)
    assert "remove their rows" in client.get(PAGE).content.decode()
    client.post(reverse("root_accept", args=[status_root.pk]))
    status_root.refresh_from_db()
    assert status_root.accept_removals
    assert Event.objects.get(kind="root.removals_accepted").actor == staff


def test_a_member_may_not_accept_removals(client, member, status_root):
    Root.objects.filter(pk=status_root.pk).update(state="held")
    client.force_login(member)
    assert "remove their rows" not in client.get(PAGE).content.decode()
    assert client.post(reverse("root_accept", args=[status_root.pk])).status_code == 403
    status_root.refresh_from_db()
    assert not status_root.accept_removals


def test_accepting_for_a_root_that_is_not_there_is_a_404(client, staff):
    client.force_login(staff)
    assert client.post(reverse("root_accept", args=[12345])).status_code == 404


def test_its_script_gets_the_changing_parts_alone(client, member):
    client.force_login(member)
    html = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert 'id="roots"' in html
    assert "<html" not in html
