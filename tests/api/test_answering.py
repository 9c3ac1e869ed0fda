"""What every address does alike."""

import pytest
from django.test import Client

from runs.models import Program

SHAPE = {"code", "message", "trace_id"}


def error_of(response):
    """The error of an answer that has the shape of all errors."""
    error = response.json()["error"]
    assert error.keys() >= SHAPE
    assert response["X-Trace-Id"] == error["trace_id"]
    return error


@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/", "/v1/nothing", "/v1/programs/", "/v2/runs", "/v1/programs/a%00"],
)
def test_it_answers_an_unknown_address_in_the_shape_of_errors(client, db, path):
    response = client.get(f"/api{path}")
    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"


def test_it_never_leads_elsewhere_for_the_sake_of_a_slash(script, program):
    response = script.get("/programs/")
    assert response.status_code == 404
    assert "without a slash" in error_of(response)["message"]


def test_it_says_which_methods_there_are(script):
    response = script.post("/programs", {})
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert error_of(response)["code"] == "method_not_allowed"


def test_it_answers_options(script):
    response = script.client.options("/api/v1/programs")
    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_it_answers_head_as_get_without_content(script, program):
    whole, head = script.get("/programs"), script.client.head("/api/v1/programs")
    assert head.status_code == 200
    assert head.content == b""
    assert int(head["Content-Length"]) == len(whole.content)


def test_it_answers_an_unknown_host_in_the_shape_of_errors(script, settings):
    settings.ALLOWED_HOSTS = ["lab.example"]
    response = script.get("/programs")
    assert (response.status_code, error_of(response)["code"]) == (400, "bad_request")
    page = script.client.get("/runs/")
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_it_asks_a_script_for_a_token_and_leads_it_nowhere(client, db):
    response = client.get("/api/v1/programs")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert error_of(response)["code"] == "not_authenticated"


def test_it_refuses_a_parameter_that_nobody_knows(script, program):
    response = script.get("/programs", limt="1")
    assert response.status_code == 422
    assert error_of(response)["field"] == "limt"
    assert "cursor, limit" in error_of(response)["message"]


def test_it_refuses_a_parameter_where_there_are_none(script, program):
    assert script.get("/programs/fusion-sim/schema", x="1").status_code == 422


def test_it_wants_to_know_how_long_a_body_is(script):
    response = script.client.get("/api/v1/programs", headers={"Transfer-Encoding": "chunked"})
    assert response.status_code == 411
    assert error_of(response)["code"] == "length_required"


def test_it_tells_nothing_of_a_fault_inside(member, program):
    Program.objects.update(metrics="no list at all")
    client = Client(raise_request_exception=False)
    client.force_login(member)
    response = client.get("/api/v1/programs")
    assert response.status_code == 500
    assert "no list" not in response.content.decode()
    assert error_of(response)["code"] == "internal_error"
