"""Programs, templates and checked configurations by script."""

import pytest

from runs.models import Program, Run

from .test_answering import error_of

BROKEN = "[general_settings]\nerlang_start = many\n"


def test_it_lists_programs_and_their_schemas(script, program):
    (found,) = script.get("/programs").json()["items"]
    assert (found["slug"], found["enabled"]) == ("fusion-sim", True)
    assert script.get("/programs/fusion-sim/schema").json()["type"] == "object"
    missing = script.get("/programs/none/schema")
    assert (missing.status_code, error_of(missing)["code"]) == (404, "program_not_found")


def test_it_lists_templates_of_all_programs_or_one(script, program, script_program, folders):
    script_program("")
    folder = folders / "templates" / "script" / "paper"
    folder.mkdir(parents=True)
    (folder / "fig3.ini").write_text("; the third\n[a]\nb = 1\n")
    names = [item["name"] for item in script.get("/templates").json()["items"]]
    assert names == ["nsfnet_minute", "quick_seconds", "usbackbone_ten_minutes", "paper/fig3"]
    (only,) = script.get("/templates", program="script").json()["items"]
    assert (only["name"], only["title"]) == ("paper/fig3", "the third")
    first = script.get("/templates", limit=3).json()
    assert [
        item["name"] for item in script.get("/templates", cursor=first["next"]).json()["items"]
    ] == ["paper/fig3"]


def test_it_shows_a_nested_template_with_its_text(script, script_program, folders):
    script_program("")
    folder = folders / "templates" / "script" / "paper"
    folder.mkdir(parents=True)
    (folder / "fig3.ini").write_text("[a]\nb = 1\n")
    found = script.get("/templates/paper/fig3").json()
    assert (found["program"], found["text"]) == ("script", "[a]\nb = 1\n")


def test_it_asks_of_which_program_where_two_have_one(script, script_program, folders):
    for slug in ("one", "two"):
        script_program("", slug=slug)
        (folders / "templates" / slug).mkdir(parents=True)
        (folders / "templates" / slug / "same.ini").write_text(f"; {slug}\n")
    response = script.get("/templates/same")
    assert (response.status_code, error_of(response)["field"]) == (422, "program")
    assert script.get("/templates/same", program="two").json()["title"] == "two"


@pytest.mark.parametrize("name", ["none", "../secret", "%2e%2e/secret", "/etc/passwd"])
def test_it_finds_no_template_that_is_not_listed(script, program, folders, name):
    (folders / "secret.ini").write_text("[a]\n")
    response = script.get(f"/templates/{name}")
    assert (response.status_code, error_of(response)["code"]) == (404, "template_not_found")


def validated(script, **body):
    response = script.post("/templates/validate", {"program": "fusion-sim", **body})
    assert response.status_code == 200, response.content
    return response.json()


def test_it_finds_no_fault_in_a_template(script, program):
    found = validated(script, template="quick_seconds", overrides={"general_settings": {"seed": 1}})
    assert found == {"valid": True, "errors": [], "warnings": []}
    assert not Run.objects.exists()


def test_it_tells_every_fault_with_its_place(script, program):
    found = validated(script, config=BROKEN)
    assert found["valid"] is False
    at = {fault["path"]: fault["line"] for fault in found["errors"]}
    assert at["general_settings.erlang_start"] == 2
    assert at["spectrum_settings"] is None


def test_it_tells_of_overrides_beyond_the_limits(script, program):
    deep = {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}
    (fault,) = validated(script, template="quick_seconds", overrides=deep)["errors"]
    assert fault["path"] == "a.b.c.d.e"


def test_it_warns_of_a_program_that_cannot_be_launched(script, program):
    Program.objects.update(enabled=False)
    found = validated(script, template="quick_seconds")
    assert found["valid"] is True
    assert [fault["path"] for fault in found["warnings"]] == ["program"]


def test_it_warns_that_a_template_beside_a_config_is_not_used(script, program):
    text = script.get("/templates/quick_seconds").json()["text"]
    found = validated(script, template="nsfnet_minute", config=text)
    assert [fault["path"] for fault in found["warnings"]] == ["template"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"config": 1}, 422), ({"template": "none"}, 404), ({"project": "x"}, 422)],
)
def test_it_refuses_what_cannot_be_checked(script, program, body, status):
    response = script.post("/templates/validate", {"program": "fusion-sim", **body})
    assert response.status_code == status
    error_of(response)
