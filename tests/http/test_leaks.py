"""What goes wrong inside stays inside: a trace id is told, and nothing else."""

import logging
import re

import pytest
from django.conf import settings as django_settings
from django.test import Client

from runs.accounts.tokens import make_token
from runs.models import Run

PRIVATE = re.compile(r"Traceback|File \"|/site-packages|SECRET_KEY|sqlite3|OperationalError")


@pytest.fixture(autouse=True)
def one_data_folder(settings):
    """As it is by default: the roots lie in the data folder."""
    settings.DEBUG = False
    settings.BASE_DIR = django_settings.STATIC_ROOT.parent
    settings.FUSIONWEB_STATUS_DIRS = [settings.FUSIONWEB_DATA / "status"]
    settings.FUSIONWEB_CHECKPOINT_DIRS = [settings.FUSIONWEB_DATA / "checkpoints"]


@pytest.fixture
def broken(client, member, run_row):
    """A run whose program's row cannot be read: every page of it fails inside."""
    client.raise_request_exception = False
    client.force_login(member)
    run = run_row()
    Run.objects.filter(pk=run.pk).update(root="relative\0root", resources=[1, 2, 3])
    return run


def expect_nothing_told(answer, settings):
    said = answer.content.decode() + str(dict(answer.headers))
    assert not PRIVATE.search(said)
    for private in (settings.FUSIONWEB_DATA, settings.BASE_DIR):
        assert str(private) not in said
    assert settings.SECRET_KEY not in said


@pytest.mark.parametrize("tab", ["overview", "log", "artifacts", "configuration"])
def test_a_page_that_fails_tells_a_trace_id_alone(broken, client, settings, tab, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/runs/{broken.pk}/?tab={tab}")
    expect_nothing_told(answer, settings)
    if answer.status_code == 500:
        assert answer["X-Trace-Id"] in answer.content.decode()
        assert answer["X-Trace-Id"] in caplog.text


@pytest.mark.parametrize(
    "path", ["", "/log", "/artifacts", "/artifacts/x", "/progress", "/topology"]
)
def test_a_call_that_fails_tells_a_trace_id_alone(broken, client, settings, path, caplog):
    answer = client.get(f"/api/v1/runs/{broken.pk}{path}")
    expect_nothing_told(answer, settings)
    if answer.status_code == 500:
        error = answer.json()["error"]
        assert error["code"] == "internal_error"
        assert error["trace_id"] == answer["X-Trace-Id"]


def test_something_of_it_really_fails(broken, client):
    answers = [client.get(f"/runs/{broken.pk}/?tab={tab}") for tab in ("log", "artifacts")]
    assert 500 in {answer.status_code for answer in answers}


MEMBERS_PAGES = [
    "/", "/runs/", "/jobs/", "/checkpoints/", "/projects/", "/templates/", "/alerts/", "/trash/",
    "/usage/", "/account/tokens/", "/runs/new/", "/topologies/", "/search/?q=a", "/nowhere/",
    "/api/v1/programs", "/api/v1/templates", "/api/v1/stats", "/api/v1/projects",
    "/api/v1/topologies", "/api/v1/openapi.json", "/api/v1/nowhere", "/health", "/health/ready",
    "/roots/",
]  # fmt: skip


@pytest.mark.parametrize("address", MEMBERS_PAGES)
def test_a_member_is_never_told_where_the_data_is(
    settings, client, member, program, make_run, job_row, checkpoint_row, address
):
    client.force_login(member)
    make_run()
    job_row(fault="half-written")
    checkpoint_row()
    answer = client.get(address)
    assert answer.status_code != 500
    expect_nothing_told(answer, settings)


def test_the_pages_of_a_run_do_not_tell_it_either(settings, client, member, make_run):
    client.force_login(member)
    run = make_run()
    _, text = make_token(owner=member, label="script", scopes=["read"])
    for address in (
        *(f"/runs/{run.pk}/?tab={tab}" for tab in ("overview", "log", "artifacts")),
        f"/api/v1/runs/{run.pk}",
        f"/api/v1/runs/{run.pk}/artifacts",
        f"/api/v1/runs/{run.pk}/artifacts/nothing",
        f"/runs/{run.pk}/artifacts/file/nothing",
    ):
        answer = client.get(address, headers={"Authorization": f"Bearer {text}"})
        assert str(settings.FUSIONWEB_DATA) not in answer.content.decode(), address


@pytest.mark.parametrize("debug", [True, False])
def test_a_form_without_its_token_is_told_so_and_no_more(client, member, settings, debug):
    settings.DEBUG = debug
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member)
    expect_nothing_told(strict.post("/account/tokens/make/"), settings)


def test_a_host_that_is_not_ours_gets_no_page(client, db, settings):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
