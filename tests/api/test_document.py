"""The OpenAPI document itself."""

import pytest

from runs.api.document import document
from runs.api.urls import api

from .test_answering import error_of

DOCUMENT = document(api)
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_it_is_for_those_logged_in(client, member, script):
    response = client.get("/api/v1/openapi.json")
    assert (response.status_code, error_of(response)["code"]) == (401, "not_authenticated")
    assert script.get("/openapi.json").json()["openapi"] == "3.1.0"
    client.force_login(member)
    assert client.get("/api/v1/openapi.json").json() == DOCUMENT


def test_it_names_every_operation_once():
    names = [operation.values[2]["operationId"] for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(name.islower() for name in names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_tells_of_each_operation_what_a_reader_needs(path, method, operation):
    assert operation["tags"], "in which chapter it stands"
    assert operation["summary"][0].isupper()
    assert {tuple(each)[0] for each in operation["security"]} == {"TokenAuth", "SessionAuth"}
    assert {"401", "403", "422", "503"} <= operation["responses"].keys()
    assert any(code.startswith("2") for code in operation["responses"])
    assert not path.endswith("/")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_it_bounds_every_parameter(path, method, operation):
    """But for addresses and headers, whose length the server bounds, and paths, which the disk
    does."""
    for parameter in operation["parameters"]:
        if parameter["in"] in ("path", "header") or parameter["name"] == "path":
            continue
        for schema in parameter["schema"].get("anyOf", [parameter["schema"]]):
            kind = schema.get("type")
            bounded = {"maxLength", "enum", "format", "const"} & schema.keys()
            assert kind != "string" or bounded, parameter["name"]
            bounded = {"maximum", "exclusiveMaximum"} & schema.keys()
            assert kind not in {"integer", "number"} or bounded, parameter["name"]


def test_it_refers_to_nothing_that_is_not_there():
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT) <= known


def references(value):
    if isinstance(value, list):
        return {found for item in value for found in references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {found for item in value.values() for found in references(item)}
