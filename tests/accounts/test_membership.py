"""Who is named in a project, and what is told of it."""

import pytest
from django.contrib.auth import get_user_model

from runs.access import may_manage, may_see
from runs.accounts.membership import Role, describe_project, give_role, people_of
from runs.errors import InvalidInput, NotAllowed
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.services import RunRequest
from runs.models import Event, Project


def anew(user):
    """As the next request knows the person."""
    return get_user_model().objects.get(pk=user.pk)


def told():
    return [
        (event.kind, event.payload.get("username"), event.payload.get("role"))
        for event in Event.objects.filter(topic="accounts").order_by("seq")
    ]


def close(project, actor):
    describe_project(actor=actor, project=project, title="", description="", is_open=False)


def test_a_manager_is_no_member_beside(project, staff, member):
    assert give_role(actor=staff, project=project, username="ada", role="member")
    assert give_role(actor=staff, project=project, username="ada", role="manager")
    assert people_of(project) == {"ada": Role.MANAGER}
    assert not project.members.exists()
    assert give_role(actor=staff, project=project, username="ada", role="none")
    assert people_of(project) == {}


def test_each_change_is_told_once_with_who_made_it(project, staff, member):
    assert give_role(actor=staff, project=project, username=" ada ", role="member")
    assert not give_role(actor=staff, project=project, username="ada", role="member")
    assert told() == [("project.members", "ada", "member")]
    event = Event.objects.get(topic="accounts")
    assert (event.actor, event.project) == (staff, "optics")


def test_only_managers_and_staff_change_it(project, staff, member, other_member):
    with pytest.raises(NotAllowed):
        give_role(actor=member, project=project, username="ada", role="manager")
    with pytest.raises(NotAllowed):
        close(project, member)
    give_role(actor=staff, project=project, username="ada", role="manager")
    assert give_role(actor=anew(member), project=project, username="grace", role="member")


@pytest.mark.parametrize(
    ("username", "role", "field"),
    [("nobody", "member", "username"), ("", "manager", "username"), ("ada", "king", "role")],
)
def test_it_refuses_who_is_nobody_and_what_is_no_role(
    project, staff, member, username, role, field
):
    with pytest.raises(InvalidInput) as refused:
        give_role(actor=staff, project=project, username=username, role=role)
    assert refused.value.field == field
    assert told() == []


def test_who_has_left_cannot_be_named_but_taken_out(project, staff, member):
    give_role(actor=staff, project=project, username="ada", role="member")
    get_user_model().objects.filter(pk=member.pk).update(is_active=False)
    with pytest.raises(InvalidInput):
        give_role(actor=staff, project=project, username="ada", role="manager")
    assert give_role(actor=staff, project=project, username="ada", role="none")


def test_who_has_runs_in_a_project_that_closes_still_sees_them(
    project, run_row, staff, member, other_member
):
    run = run_row(owner=member)
    close(project, staff)
    assert people_of(project) == {"ada": Role.MEMBER}
    assert may_see(anew(member), run) and not may_see(anew(other_member), run)
    assert told() == [("project.closed", None, None), ("project.members", "ada", "member")]


def test_opening_and_describing_are_told(project, staff):
    close(project, staff)
    describe_project(actor=staff, project=project, title=" Light ", description="", is_open=True)
    assert (project.title, project.is_open) == ("Light", True)
    kinds = [kind for kind, *_ in told()]
    assert kinds == ["project.closed", "project.described", "project.opened"]


def test_it_refuses_a_title_that_does_not_fit(project, staff):
    with pytest.raises(InvalidInput, match="200 characters"):
        describe_project(
            actor=staff, project=project, title="x" * 201, description="", is_open=True
        )


@pytest.fixture
def launch(script_program):
    def launched(owner, slug):
        request = RunRequest(
            program=script_program("print(1)"), project=Project(slug=slug), name="try",
            config_text="[a]\nb = 1\n",
        )  # fmt: skip
        return create_run_in_project(owner=owner, request=request)

    return launched


def test_who_launches_into_a_new_name_manages_it(launch, member):
    run = launch(member, "fresh")
    assert people_of(run.project) == {"ada": Role.MANAGER}
    assert told() == [("project.members", "ada", "manager")]


def test_who_launches_into_a_known_name_manages_nothing_more(launch, project, member):
    launch(member, "optics")
    assert people_of(project) == {}


def test_the_common_project_and_what_is_on_disk_are_nobodys(launch, member, settings):
    (settings.FUSIONWEB_CHECKPOINT_DIRS[0] / "found").mkdir(parents=True)
    for slug in ("general", "found"):
        assert people_of(launch(member, slug).project) == {}


def test_nobody_launches_into_what_they_do_not_see(launch, project, member, staff):
    close(project, staff)
    with pytest.raises(InvalidInput) as refused:
        launch(anew(member), "optics")
    assert refused.value.field == "project"
    assert launch(staff, "optics").project == project


def test_staff_manage_without_being_named(project, staff):
    assert may_manage(staff, project) and people_of(project) == {}
