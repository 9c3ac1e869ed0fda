"""What staff change in the admin site is in the audit trail."""

import pytest

from runs.cleanup.deletion import delete_job
from runs.models import Event, Program, Project, Retention, Trash
from tests.web.test_trash import disk_job  # noqa: F401


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


def deeds():
    return [
        (event.kind, event.subject, event.payload["name"])
        for event in Event.objects.filter(topic="admin").order_by("seq")
    ]


PROGRAM = {
    "slug": "mine",
    "title": "Mine",
    "description": "",
    "enabled": "on",
    "command": "true {config}",
    "config_format": "ini",
    "schema": "{}",
    "metrics": "[]",
    "resources": "{}",
}


def test_it_tells_of_a_program_made_changed_and_deleted(site, staff):
    site.post("/admin/runs/program/add/", PROGRAM)
    program = Program.objects.get(slug="mine")
    address = f"/admin/runs/program/{program.pk}/"
    site.post(f"{address}change/", {**PROGRAM, "command": "false {config}"})
    site.post(f"{address}delete/", {"post": "yes"})
    subject = f"program:{program.pk}"
    assert deeds() == [
        ("admin.added", subject, str(program)),
        ("admin.changed", subject, str(program)),
        ("admin.deleted", subject, str(program)),
    ]
    changed = Event.objects.get(kind="admin.changed")
    assert changed.payload["fields"] == ["Command"]
    assert changed.actor == staff
    assert changed.address == "127.0.0.1"


def test_it_tells_of_each_of_many_deleted_at_once(site, project):
    other = Project.objects.create(slug="other")
    data = {"action": "delete_selected", "_selected_action": [project.pk, other.pk], "post": "yes"}
    site.post("/admin/runs/project/", data)
    assert not Project.objects.exists()
    assert {name for _, _, name in deeds()} == {"optics", "other"}
    assert set(Event.objects.filter(kind="admin.deleted").values_list("project", flat=True)) == {
        "optics",
        "other",
    }


def test_it_tells_of_people_and_never_of_passwords(site, member):
    data = {"usable_password": "true", "password1": "corr3ct horse", "password2": "corr3ct horse"}
    site.post(f"/admin/auth/user/{member.pk}/password/", data)
    member.refresh_from_db()
    assert member.check_password("corr3ct horse")
    event = Event.objects.get(topic="admin")
    assert event.kind == "admin.changed"
    assert event.subject == f"user:{member.pk}"
    assert "corr3ct" not in str(event.payload)


def test_it_tells_what_became_of_rights(site, member):
    data = {
        "username": "ada", "is_active": "on", "is_staff": "on",
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
    }  # fmt: skip
    site.post(f"/admin/auth/user/{member.pk}/change/", data)
    assert "Staff status" in Event.objects.get(topic="admin").payload["fields"]


def test_it_tells_of_nothing_that_was_refused(site):
    answer = site.post("/admin/runs/program/add/", {**PROGRAM, "slug": "not a slug"})
    assert answer.status_code == 200
    assert deeds() == []


def test_it_tells_of_a_rule_in_its_project(site, project):
    rule = {
        "project": project.pk, "subject": "jobs", "keep_latest": "1", "keep_best": "0",
        "best_is": "lowest",
    }  # fmt: skip
    site.post("/admin/runs/retention/add/", rule)
    assert Retention.objects.count() == 1
    event = Event.objects.get(topic="admin")
    assert event.payload["name"] == "optics jobs"
    assert event.project == "optics"


def test_it_tells_who_ended_the_time_of_what_was_deleted(site, staff, disk_job):  # noqa: F811
    job = disk_job(status="failed")
    delete_job(actor=staff, job=job)
    trash = Trash.objects.get()
    site.post("/admin/runs/trash/", {"action": "end_time", "_selected_action": [trash.pk]})
    event = Event.objects.get(kind="trash.time_ended")
    assert event.actor == staff
    assert event.payload["label"] == trash.label
