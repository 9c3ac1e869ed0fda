"""Staff register programs; what cannot work is said at its field."""

import json
import sys

import pytest
from django.utils.html import escape

from runs.models import Program, Project

ADD = "/admin/runs/program/add/"


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


def values(**changed):
    return {
        "slug": "mine", "title": "Mine", "description": "", "enabled": "on",
        "command": f"{sys.executable} {{config}}", "config_format": "yaml",
        "schema": '{"type": "object"}', "metrics": "", "resources": "", **changed,
    }  # fmt: skip


def test_it_registers_a_program(site):
    site.post(ADD, values(metrics='[{"name": "loss"}]'))
    program = Program.objects.get()
    assert (program.schema, program.metrics) == ({"type": "object"}, [{"name": "loss"}])
    assert program.resources == {}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("command", "run {confg}", "unknown field"),
        ("command", "run 'open", "quote"),
        ("schema", "{", "valid JSON"),
        ("schema", '{"type": "nonsense"}', "schema"),
        ("metrics", '{"name": 1}', "Expected a list"),
        ("resources", "[1]", "Expected an object"),
        ("slug", "../x", "cannot be a directory"),
    ],
)
def test_it_says_at_the_field_what_is_wrong(site, field, value, said):
    response = site.post(ADD, values(**{field: value}))
    faults = response.context["adminform"].form.errors
    assert said in str(faults[field])
    assert not Program.objects.exists()


def test_it_warns_of_a_program_that_cannot_be_executed(site):
    response = site.post(ADD, values(command="/nonexistent/program {config}"), follow=True)
    assert "cannot be launched" in response.content.decode()
    assert Program.objects.exists()


def test_it_shows_a_schema_as_a_person_reads_it(site, program):
    html = site.get(f"/admin/runs/program/{program.pk}/change/").content.decode()
    assert escape(json.dumps(program.schema, indent=2, ensure_ascii=False)) in html


def test_it_keeps_what_runs_depend_on(site, make_run):
    run = make_run()
    address = f"/admin/runs/program/{run.program.pk}/change/"
    site.post(address, values(slug="other", config_format="json"))
    run.refresh_from_db()
    assert (run.program.slug, run.program.config_format) == ("script", "ini")
    assert run.config_path.exists()


def test_it_does_not_delete_a_program_with_runs(site, make_run):
    run = make_run()
    site.post(f"/admin/runs/program/{run.program.pk}/delete/", {"post": "yes"})
    assert Program.objects.filter(pk=run.program.pk).exists()


def test_it_keeps_the_directory_of_a_project(site, make_run):
    run = make_run()
    site.post(f"/admin/runs/project/{run.project.pk}/change/", {"slug": "new", "title": "New"})
    project = Project.objects.get()
    assert (project.slug, project.title) == ("optics", "New")


@pytest.mark.parametrize("noun", ["event", "job", "supervisor"])
def test_it_shows_what_only_the_system_writes(site, make_run, supervisor, noun):
    make_run()
    assert site.get(f"/admin/runs/{noun}/", {"q": "x"}).status_code == 200
    assert site.get(f"/admin/runs/{noun}/add/").status_code == 403
