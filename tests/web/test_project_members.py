"""The page on which managers say who sees a project."""

import pytest

from runs.accounts.membership import people_of
from runs.models import Event, Job, Project, Trash

PAGE = "/projects/optics/members/"


@pytest.fixture
def manager(project, other_member):
    project.managers.add(other_member)
    return other_member


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


def name(client, username, role, **more):
    return client.post(PAGE, {"action": "name", "username": username, "role": role}, **more)


def test_it_lists_who_is_named_with_their_runs(as_manager, project, member, run_row):
    project.members.add(member)
    run_row()
    html = as_manager.get(PAGE).content.decode()
    assert "Make ada a manager" in html and "Make grace a member" in html
    assert "/runs/?owner=ada&amp;project=optics" in html
    assert '<option value="ada">' in html


def test_it_names_and_takes_out(as_manager, project, member):
    assert name(as_manager, "ada", "member").url == PAGE
    assert people_of(project)["ada"] == "member"
    assert name(as_manager, "ada", "none").url == PAGE
    assert "ada" not in people_of(project)


def test_what_was_typed_wrong_stays_and_says_why(as_manager):
    response = name(as_manager, "<nobody>", "member")
    html = response.content.decode()
    assert response.status_code == 422
    assert "There is no user “&lt;nobody&gt;”." in html and 'value="&lt;nobody&gt;"' in html


def test_it_closes_and_opens_the_project(as_manager, project):
    as_manager.post(PAGE, {"action": "describe", "title": "Light", "description": "d"})
    project.refresh_from_db()
    assert (project.title, project.is_open) == ("Light", False)
    page = as_manager.get("/projects/optics/").content.decode()
    assert "closed" in page and "grace" in page
    as_manager.post(PAGE, {"action": "describe", "is_open": "1"})
    project.refresh_from_db()
    assert project.is_open


def test_who_takes_themselves_out_of_a_closed_project_is_led_away(as_manager, project):
    project.is_open = False
    project.save()
    assert name(as_manager, "grace", "none").url == "/projects/"
    assert as_manager.get(PAGE).status_code == 404


def test_who_makes_themselves_a_member_sees_the_project(as_manager):
    assert name(as_manager, "grace", "member").url == "/projects/optics/"


def test_it_refuses_an_unknown_action(as_manager):
    assert as_manager.post(PAGE, {"action": "burn"}).status_code == 422


def test_a_member_does_not_come_to_it_and_is_not_led_to_it(client, project, member):
    project.members.add(member)
    client.force_login(member)
    assert client.get(PAGE).status_code == 403
    assert name(client, "ada", "manager").status_code == 403
    assert "/members/" not in client.get("/projects/optics/").content.decode()


def test_the_list_of_projects_says_who_manages_and_what_is_closed(as_manager, project):
    project.is_open = False
    project.save()
    html = as_manager.get("/projects/").content.decode()
    assert ">closed<" in html and ">grace" in html


def test_managers_delete_jobs_of_their_project_alone(as_manager, job_row, member):
    Project.objects.create(slug="gpt")
    own, other = job_row(project="optics", name="own"), job_row(name="other")
    html = as_manager.get("/jobs/").content.decode()
    assert f'id="job-{own.pk}" data-row data-key="{own.pk}" data-status="completed" ' in html
    assert html.count('data-actions="delete"') == 1
    sent = {"action": "delete", "job": [own.pk, other.pk]}
    asked = as_manager.post("/jobs/actions/", sent).content.decode()
    assert "you do not manage its project" in asked
    assert as_manager.post("/jobs/actions/", {**sent, "job": other.pk}).status_code == 403
    assert Job.objects.count() == 2


def test_managers_see_the_trash_of_their_project(as_manager, project, staff):
    entry = {"kind": "job", "keep_until": "2126-12-01T00:00Z", "deleted_by": staff}
    Trash.objects.create(token="a", project="optics", label="in optics", **entry)
    Trash.objects.create(token="b", project="gpt", label="in gpt", **entry)
    html = as_manager.get("/trash/").content.decode()
    assert "in optics" in html and "in gpt" not in html


def test_the_admin_site_tells_of_the_same(client, staff, project, member):
    client.force_login(staff)
    sent = {"slug": "optics", "title": "", "description": "", "members": [member.pk]}
    response = client.post(f"/admin/runs/project/{project.pk}/change/", sent)
    assert response.status_code == 302
    kinds = Event.objects.filter(topic="accounts").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["project.members", "project.closed"]
