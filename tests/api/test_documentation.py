"""The documentation page."""

import re

import pytest

from runs.api.document import document
from runs.api.documentation import Book, limits_of
from runs.api.urls import api


@pytest.fixture
def html(client, member):
    client.force_login(member)
    response = client.get("/api/v1/docs")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(scope="module")
def calls():
    chapters = Book(document(api), "https://lab.example").chapters()
    return {call.name: call for chapter in chapters for call in chapter.calls}


def test_it_is_for_those_logged_in(client, db):
    response = client.get("/api/v1/docs")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


def test_it_tells_of_every_operation(html):
    for methods in document(api)["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in html


def test_it_names_every_place_once(html):
    places = re.findall(r'\bid="([^"]+)"', html)
    assert len(places) == len(set(places))


def test_it_leads_nowhere_that_is_not(html):
    places = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= places


def test_it_needs_nothing_from_elsewhere_and_nothing_inline(html):
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert " style=" not in html
    assert "<style" not in html


def test_it_stands_in_the_menu(client, member):
    client.force_login(member)
    assert 'href="/api/v1/docs"' in client.get("/").content.decode()


def test_it_says_what_a_body_must_hold_first(calls):
    fields = {value.name: value for value in calls["create_run"].body}
    assert list(fields)[:2] == ["program", "project"]
    assert fields["program"].required
    assert fields["seed"].limits == "from 0 to 9,007,199,254,740,992"
    assert fields["resources"].kind == "{cpus, memory_mb, time_limit_minutes} or null"
    assert fields["tags"].kind == "list of string or null"


def test_it_says_what_an_address_takes(calls):
    limit = next(value for value in calls["list_runs"].parameters if value.name == "limit")
    assert (limit.kind, limit.limits, limit.default) == ("integer", "from 1 to 500", "50")


def test_it_shows_what_comes_back_of_a_list(calls):
    (answer,) = calls["list_runs"].answers
    assert {"id", "status", "reason"} <= {value.name for value in answer.fields}


def test_it_gives_an_example_to_paste(calls):
    assert calls["create_run"].curl == (
        'curl -X POST -H "Authorization: Bearer $TOKEN" https://lab.example/api/v1/runs \\\n'
        """  -d '{"program": "…", "project": "…"}'"""
    )
    assert calls["get_run"].curl.endswith("/api/v1/runs/RUN_ID")


def test_it_tells_limits_in_words():
    assert limits_of({"minLength": 1, "maxLength": 1000}) == (
        "at least 1 characters, at most 1,000 characters"
    )
    assert limits_of({}) == ""


def test_it_tells_of_a_body_of_several_kinds(calls):
    call = calls["create_session"]
    fields = {value.name: value for value in call.body}
    assert (fields["kind"].kind, fields["kind"].required) == ("project or run", True)
    assert fields["title"].description == "Of a project alone, which needs it."
    assert fields["seed"].description == "Of a run alone."
    assert fields["operator"].description == ""
    assert '"kind": "project"' in call.curl
    assert '"title": "…"' in call.curl
