"""Every route has its row, and every row its route."""

import pytest
from django.test import Client

from .routes import call_keys, call_routes, page_routes, socket_routes
from .table import CALLS, PAGES, SOCKETS


@pytest.fixture
def document(client, member):
    client.force_login(member)
    return client.get("/api/v1/openapi.json").json()


def routes_of(rows):
    return {row.route for row in rows}


def test_no_row_stands_twice():
    keys = [(row.key, row.query, str(row.args)) for row in [*PAGES, *CALLS, *SOCKETS]]
    assert len(keys) == len(set(keys))


def test_every_page_has_a_row_and_every_row_a_page():
    assert set(page_routes()) == routes_of(PAGES)


def test_every_socket_has_a_row_and_every_row_a_socket():
    assert socket_routes() == routes_of(SOCKETS)


def test_every_operation_of_the_api_has_a_row_and_every_row_an_operation(document):
    beside = {"GET api/v1/openapi.json", "GET api/v1/docs"}
    assert call_keys(document) == {row.key for row in CALLS} - beside


def test_no_address_of_the_api_is_left_out_of_its_document():
    assert call_routes() == routes_of(CALLS)


def test_what_is_not_in_the_table_cannot_be_posted_to(world):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["staff"])
    values = {name: str(value) for name, value in world.values().items()}
    posted = {row.route for row in PAGES if row.method == "POST"} | {"admin"}
    answers = {
        name: client.post(
            "/" + route.format(**{"token_id": "1", "token": "t", **values})
        ).status_code
        for name, route in page_routes().items()
        if name not in posted
    }
    assert {name for name, status in answers.items() if status != 405} == set()
