"""All projects with what is in them, and the page of one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Project


@pytest.fixture
def gpt(db):
    return Project.objects.create(slug="gpt")


def part_named(parts, name):
    return next(part for part in parts if part.name == name)


def test_it_counts_what_each_project_holds(client, member, gpt, project, job_row, checkpoint_row):
    job_row(status="running", heartbeat_at=timezone.now())
    job_row(status="running", heartbeat_at=timezone.now() - timedelta(hours=1))
    job_row(status="completed", group="sweep")
    checkpoint_row(size_bytes=2_000_000_000)
    checkpoint_row(size_bytes=None)
    checkpoint_row(gone_at=timezone.now())
    client.force_login(member)
    page = client.get("/projects/")
    part = part_named(page.context["projects"], "gpt")
    assert part.statuses == [("running", 1), ("stale", 1), ("completed", 1)]
    assert (part.jobs, part.groups, part.checkpoints.count) == (3, 2, 2)
    html = page.content.decode()
    assert "1 stale" in html and "2.0 GB" in html and "3 jobs in 2 groups" in html
    assert "/jobs/?project=gpt&amp;status=stale" in html
    assert part_named(page.context["projects"], "optics").jobs == 0


def test_it_shows_the_groups_and_the_newest_of_a_project(
    client, member, gpt, job_row, checkpoint_row, run_row
):
    job_row(name="newest_job", group="sweep", status="failed")
    checkpoint_row(suffix="final/1073741824")
    run_row(project=gpt, name="own_run")
    client.force_login(member)
    html = client.get("/projects/gpt/").content.decode()
    for words in ("newest_job", "final/1073741824", "own_run", "1 failed"):
        assert words in html
    assert "/jobs/?project=gpt&amp;group=sweep&amp;status=failed" in html


def test_it_refreshes_its_part_alone(client, member, gpt):
    client.force_login(member)
    for address, part in (("/projects/", "projects"), ("/projects/gpt/", "project")):
        html = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in html and f'id="{part}"' in html


def test_it_says_what_a_project_is_where_there_is_none(client, member):
    client.force_login(member)
    assert "No projects yet" in client.get("/projects/").content.decode()


@pytest.mark.parametrize("slug", ["nope", "..", "%2e%2e", "%3Cscript%3E"])
def test_it_knows_only_its_projects(client, member, gpt, slug):
    client.force_login(member)
    assert client.get(f"/projects/{slug}/").status_code == 404


def test_it_shows_a_project_of_any_name(client, member):
    slug = "größe & <b>"
    found = Project.objects.create(slug=slug)
    client.force_login(member)
    html = client.get("/projects/").content.decode()
    assert "<b>" not in html and str(found.pk)
    assert client.get("/projects/gr%C3%B6%C3%9Fe%20%26%20%3Cb%3E/").status_code == 200


def test_it_asks_for_a_login(client, gpt):
    for address in ("/projects/", "/projects/gpt/"):
        assert client.get(address).status_code == 302


def test_it_asks_the_database_the_same_for_any_number_of_projects(
    client, member, job_row, django_assert_max_num_queries
):
    for number in range(20):
        Project.objects.create(slug=f"p{number}")
        job_row(project=f"p{number}")
    client.force_login(member)
    with django_assert_max_num_queries(16):
        client.get("/projects/")
