"""What is of a closed project is not there for others, in every list, figure and answer."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.access import (
    find_sight,
    hidden_projects,
    may_act_on,
    may_manage,
    may_see,
    visible,
)
from runs.alerts.outcomes import raise_for_run
from runs.alerts.selectors import unacknowledged_count
from runs.alerts.services import acknowledge
from runs.checkpoints.review import review_checkpoint
from runs.cleanup.deletion import delete_checkpoint, delete_job
from runs.cleanup.trash import restore
from runs.cleanup.usage import usage
from runs.contract.status import Status
from runs.discovery.selectors import chips_in_use, job_counts
from runs.discovery.totals import checkpoint_totals, recent_counts
from runs.lifecycle.services import cancel_run, delete_run
from runs.models import Alert, Checkpoint, Event, Job, Project, Run, Trash

MODELS = (Project, Run, Job, Checkpoint, Alert, Trash)


@pytest.mark.parametrize("model", MODELS)
def test_it_leaves_out_what_is_of_a_hidden_project(world, model):
    rows = model.objects.exclude(slug="general") if model is Project else model.objects.all()
    assert not visible(world.people["stranger"], rows).exists()
    for actor in ("member", "owner", "manager", "staff"):
        assert visible(world.people[actor], rows).exists()


def test_what_is_of_no_project_is_for_all(world):
    Event.objects.create(topic="roots", kind="k")
    seen = visible(world.people["stranger"], Event.objects.all())
    assert set(seen.values_list("project", flat=True)) == {None}


def test_nobody_anonymous_or_inactive_sees_a_closed_project(world):
    inactive = world.people["member"]
    inactive.is_active = False
    for user in (AnonymousUser(), inactive):
        assert hidden_projects(user).slugs == {"nebula"}
        assert not may_see(user, world.run) and not may_manage(user, world.project)


def test_an_owner_who_no_longer_sees_it_no_longer_acts_on_it(world):
    world.project.members.clear()
    assert not may_act_on(world.as_stored("owner"), world.run)
    assert may_act_on(world.as_stored("manager"), world.run)


def test_it_costs_one_small_query_and_staff_none(world):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for actor in ("stranger", "staff"):
            user = world.people[actor]
            for model in MODELS:
                visible(user, model.objects.all())
            may_manage(user, world.job)
    assert len(asked) == 1


def test_where_nothing_is_hidden_no_condition_is_added(world):
    rows = Run.objects.all()
    assert visible(world.people["member"], rows) is rows


def test_it_is_known_anew_with_another_object(world):
    stranger = world.people["stranger"]
    assert hidden_projects(stranger)
    world.project.members.add(stranger)
    assert hidden_projects(stranger) and not find_sight(stranger).hidden


def test_no_figure_counts_what_is_hidden(world):
    Job.objects.filter(pk=world.job.pk).update(size_bytes=5, listed_at=timezone.now())
    Job.objects.filter(name="nebula_runs").update(total_chips=8)
    figures = [
        lambda user: job_counts(user).total,
        lambda user: chips_in_use(user),
        lambda user: len(checkpoint_totals(user)),
        lambda user: sum(recent_counts(user).values()),
        lambda user: usage(user).total.size_bytes,
        lambda user: len(usage(user).owners),
        lambda user: unacknowledged_count(user),
    ]
    # whoever asks first: what is kept in the cache is not for everybody
    for actors in (("staff", "stranger"), ("stranger", "staff")):
        for figure in figures:
            got = {actor: figure(world.people[actor]) for actor in actors}
            assert got["stranger"] == 0 and got["staff"] > 0


ADDRESSES = [
    "/runs/{run}/",
    "/runs/{run}/log/raw/",
    "/jobs/nebula/stars/nebula_job/{job}/",
    "/checkpoints/nebula/stars/nebula_net/ntoks/1024/",
    "/projects/{project}/",
    "/api/v1/runs/{run}",
    "/api/v1/jobs/nebula/stars/nebula_job/{job}",
    "/api/v1/checkpoints/nebula/stars/nebula_net/ntoks/1024",
    "/api/v1/projects/{project}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_hidden_answers_as_what_is_missing(world, client, address):
    client.force_login(world.people["stranger"])
    hidden = client.get(address.format(run=world.run.pk, job="20261119_214811", project="nebula"))
    missing = address.replace("nebula", "nothing").format(run="0" * 12, job="1", project="nothing")
    absent = client.get(missing)
    assert hidden.status_code == absent.status_code == 404
    assert sentence(hidden) == sentence(absent)


def sentence(response):
    """All that the answer says: but its trace id, and the token against forged forms."""
    if response["Content-Type"].startswith("application/json"):
        error = response.json()["error"]
        return error["code"], error["message"]
    return response.context["message"]


def test_the_roots_page_names_no_hidden_directory(world, client):
    root = world.status_root
    root.faults = [
        {"path": f"{root.path}/nebula/x", "reason": "r"},
        {"path": f"{root.path}/open/y", "reason": "r"},
    ]
    root.fault_count = 2
    root.save()
    client.force_login(world.people["stranger"])
    page = client.get("/roots/").content.decode()
    assert "open/y" in page and "nebula" not in page


def test_a_run_in_an_open_project_does_not_lead_to_a_hidden_origin(world, client, run_row):
    open_run = run_row(
        program=world.program, project=Project.objects.create(slug="open"),
        owner=world.people["member"], origin=world.run, origin_kind="clone",
    )  # fmt: skip
    for actor, shown in (("stranger", False), ("member", True)):
        client.force_login(world.people[actor])
        page = client.get(f"/runs/{open_run.pk}/").content.decode()
        assert ("nebula-run" in page) is shown


def test_nobody_is_offered_to_launch_into_it_nor_goes_on_from_it(world, client):
    client.force_login(world.people["stranger"])
    assert client.get(f"/runs/new/?from={world.run.pk}").status_code == 404
    assert client.get(f"/runs/new/?resume={world.checkpoint.pk}").status_code == 404
    assert client.get("/runs/?owner=all&project=nebula").content.decode().count("no such project")


def test_every_event_of_what_is_in_the_project_names_it(world):
    manager, staff = world.people["manager"], world.people["staff"]
    cancel_run(actor=manager, run=world.pending)
    delete_run(actor=manager, run=world.run)
    delete_job(actor=manager, job=world.job)
    restore(actor=manager, trash=Trash.objects.get(kind=Trash.Kind.JOB, deleted_by=manager))
    checkpoint = world.checkpoint
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="noise")
    delete_checkpoint(actor=staff, checkpoint=checkpoint)
    acknowledge(staff, world.alert)
    raise_for_run(
        Run(pk="0" * 12, project=world.project, owner=staff, name="n", status="failed"),
        Status.RUNNING,
    )
    topics = {"runs", "jobs", "checkpoints", "trash", "alerts"}
    told = Event.objects.filter(topic__in=topics)
    assert set(told.values_list("topic", flat=True)) == topics
    assert set(told.values_list("project", flat=True)) == {"nebula"}
    assert set(Alert.objects.values_list("project", flat=True)) == {"nebula"}
