"""What a fresh installation lacks, on pages: a checklist for staff, a sentence for members."""

import pytest
from django.utils import timezone

from runs.models import CreationSession, Program, Run, Supervisor


@pytest.fixture
def alive(db):
    return Supervisor.objects.create(
        name="s", host="lab-1", pid=4711, heartbeat_at=timezone.now(), slots=2
    )


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def as_member(client, member):
    client.force_login(member)
    return client


def html_of(response):
    return response.content.decode()


def test_staff_see_what_to_do_for_each(as_staff):
    response = as_staff.get("/setup/")
    html = html_of(response)
    assert response.status_code == 200
    for part in ("data_root", "program", "templates", "supervisor"):
        assert f'id="setup-{part}"' in html
    for words in ("manage.py setup", "manage.py supervise", "/admin/runs/program/add/"):
        assert words in html
    assert html.count("missing</") == 3


def test_what_is_there_needs_no_advice(as_staff, program):
    html = html_of(as_staff.get("/setup/"))
    assert "manage.py setup" not in html
    assert "they wait until a supervisor takes them" in html


def test_members_get_a_sentence_and_whom_to_ask(as_member):
    html = html_of(as_member.get("/setup/"))
    assert "There is no program that can be launched." in html
    assert "Ask staff" in html
    assert "manage.py setup" not in html
    assert "/admin/" not in html


def test_it_says_that_everything_is_there(as_staff, program, alive):
    assert "Everything is set up" in html_of(as_staff.get("/setup/"))


def test_for_its_script_it_is_the_part_that_changes(as_staff):
    html = html_of(as_staff.get("/setup/", headers={"HX-Request": "true"}))
    assert "<html" not in html
    assert 'id="setup"' in html


def test_the_dashboard_leads_there_while_something_is_missing(as_staff, program, alive):
    assert "/setup/" not in html_of(as_staff.get("/"))
    Supervisor.objects.all().delete()
    assert "/setup/" in html_of(as_staff.get("/"))
    Program.objects.update(enabled=False)
    assert "The set-up is not complete." in html_of(as_staff.get("/"))


def test_members_are_told_on_the_dashboard_only_what_keeps_them(as_member, program):
    assert "/setup/" not in html_of(as_member.get("/"))
    Program.objects.update(enabled=False)
    assert "Nothing can be launched yet." in html_of(as_member.get("/"))


@pytest.mark.parametrize("kind", ["run", "project"])
def test_no_session_is_begun_and_the_checklist_says_why(as_staff, alive, kind):
    response = as_staff.post("/sessions/new/", {"kind": kind})
    assert response.status_code == 503
    assert 'id="setup-program"' in html_of(response)
    assert not CreationSession.objects.exists()


def test_the_page_that_begins_sessions_says_so_before(as_member, alive):
    assert "Nothing can be launched yet." in html_of(as_member.get("/sessions/new/"))


def test_a_draft_from_before_is_not_confirmed(as_member, program):
    address = as_member.post("/sessions/new/", {"kind": "project"}).url
    Program.objects.update(enabled=False)
    as_member.post(address, {"step": "preview", "action": "confirm"})
    assert CreationSession.objects.get().is_draft
    assert "The set-up is not complete." in html_of(as_member.get(address))


def test_the_launch_pad_keeps_what_was_typed(as_member, program):
    form = {"program": "fusion-sim", "project": "optics", "name": "typed-name", "group": "default",
            "config": "[a]\nb = 1\n", "base_config": "", "priority": "0"}  # fmt: skip
    Program.objects.update(enabled=False)
    response = as_member.post("/runs/new/", form)
    assert response.status_code in (422, 503)
    assert "typed-name" in html_of(response)
    assert not Run.objects.exists()


def test_a_part_of_a_page_is_answered_with_a_toast(as_member):
    response = as_member.post("/sessions/new/", {"kind": "run"}, headers={"HX-Request": "true"})
    assert response.status_code == 503
    assert response["HX-Retarget"] == "#toasts"


def test_a_retry_is_refused(as_member, run_row):
    run = run_row(status="failed")
    Program.objects.update(enabled=False)
    assert as_member.post(f"/runs/{run.pk}/retry/").status_code == 503
    assert Run.objects.count() == 1
