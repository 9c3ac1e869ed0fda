"""Pages for what goes wrong."""

import logging

import pytest
from django.test import Client, RequestFactory

from runs.web.views.errors import server_error


def test_it_shows_an_unknown_page_in_the_frame(client, member):
    client.force_login(member)
    response = client.get("/nope/")
    assert response.status_code == 404
    assert "<nav" in response.content.decode()


def test_it_shows_an_unknown_page_to_who_is_not_logged_in(client, db):
    response = client.get("/nope/")
    assert response.status_code == 404
    assert "Log in" in response.content.decode()


def test_it_answers_htmx_with_a_toast(client, member):
    client.force_login(member)
    response = client.get("/runs/?order=x", headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#toasts"
    assert 'class="toast error"' in response.content.decode()


def test_it_explains_a_form_that_is_too_old(member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    response = client.post("/runs/actions/", {"action": "cancel"})
    assert response.status_code == 403
    assert "nothing was done" in response.content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_it_gives_a_trace_id_that_the_log_has_too(caplog, headers):
    """No `db` fixture: a query would fail this test, as the database may have failed."""
    with caplog.at_level(logging.ERROR):
        response = server_error(RequestFactory().get("/runs/", headers=headers))
    assert response.status_code == 500
    assert response["X-Trace-Id"] in response.content.decode()
    assert response["X-Trace-Id"] in caplog.text
