"""Creation sessions over the API: begin, list, look at, answer, cancel."""

import base64
from pathlib import Path

import pytest

from runs.creation.selectors import answer_of
from runs.creation.services import begin_draft
from runs.models import CreationSession, Event, Program, Project, Run
from tests.creation.conftest import (  # noqa: F401  (fixtures)
    NETWORK,
    asking_program,
    network_text,
    reread,
)

from .conftest import Script

ANSWER = {"session_id", "kind", "state", "current_phase", "next_action", "pending_input",
          "error", "result"}  # fmt: skip
ASKS = "[a]\nsteps = 10\nsped = 3\n"
NEEDS_FILE = "[a]\nsteps = 10\nnetwork = lost.json\n"


@pytest.fixture
def wish(project, asking_program):  # noqa: F811
    """A run session's body, of a program whose template is `text`."""

    def make(text="[a]\nsteps = 10\n", **changes):
        program = asking_program(text)
        body = {"kind": "run", "project": project.slug, "program": program.slug,
                "template": "base", "label": "try", "operator": "Ada",
                "objective": "Find out."}  # fmt: skip
        return {**body, **changes}

    return make


def project_wish(**changes):
    return {"kind": "project", "title": "Optical limits", "operator": "Ada", **changes}


def error_of(response):
    return response.json()["error"]


def resumed(script, session, request_id=None, **inputs):
    request_id = request_id or session["pending_input"]["request_id"]
    body = {"request_id": request_id, "extra_inputs": inputs}
    return script.post(f"/sessions/{session['session_id']}/resume", body)


def upload(content, name="net.json"):
    return {"name": name, "content_base64": base64.b64encode(content).decode()}


def test_a_run_is_made_and_waits_for_its_turn(script, wish):
    response = script.post("/sessions", wish())
    session = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/sessions/{session['session_id']}"
    assert set(session) == ANSWER
    assert (session["state"], session["current_phase"]) == ("done", "done")
    assert session["next_action"] == "view_result"
    run = Run.objects.get(pk=session["result"]["run_id"])
    assert (run.name, run.status) == ("try", "pending")
    assert session["result"]["path"] == str(run.directory)


def test_a_project_is_made_with_its_readme(script, program):
    session = script.post("/sessions", project_wish()).json()
    assert session["result"]["project"] == "optical-limits"
    assert Project.objects.filter(slug="optical-limits").exists()
    assert "Optical limits" in (Path(session["result"]["path"]) / "README.md").read_text()


def test_a_test_run_is_marked(script, wish):
    session = script.post("/sessions", wish(run_kind="test", seed=7, run_date="2026-11-30")).json()
    run = Run.objects.get(pk=session["result"]["run_id"])
    assert (run.purpose, run.seed) == (Run.Purpose.TEST, 7)


def test_the_answer_is_the_same_everywhere(script, wish):
    for text in (ASKS, "[a]\nsteps = 11\n"):
        begun = script.post("/sessions", wish(text)).json()
        again = script.get(f"/sessions/{begun['session_id']}").json()
        stored = answer_of(CreationSession.objects.get(pk=begun["session_id"]))
        assert begun == again == stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "cake"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["run"]}, "kind"),
        ({"label": ""}, "label"),
        ({"label": "a/b"}, "label"),
        ({"label": None}, "label"),
        ({"frosting": "lemon"}, "frosting"),
        ({"overrides": {"a": {"steps": "many"}}}, None),
        ({"overrides": [1]}, "overrides"),
        ({"variables": {"nowhere": 1}}, "variables.nowhere"),
        ({"run_kind": "maybe"}, "run_kind"),
        ({"seed": -1}, "seed"),
        ({"run_date": "yesterday"}, "run_date"),
        ({"readme_extra": {"a": 1}}, "readme_extra.a"),
    ],
)
def test_what_is_invalid_is_refused_with_its_field_and_there_is_no_session(
    script, wish, change, field
):
    response = script.post("/sessions", wish(**change))
    assert response.status_code == 422, response.json()
    assert error_of(response)["code"] == "validation_failed"
    if field:
        assert error_of(response)["field"] == field
    assert not CreationSession.objects.exists()


@pytest.mark.parametrize("body", [[], "run", None, {}, {"kind": "project"}])
def test_a_body_of_another_shape_is_refused(script, program, body):
    assert script.post("/sessions", body).status_code in (400, 422)
    assert not CreationSession.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"project": "nowhere"}, "project_not_found"),
        ({"program": "nothing"}, "program_not_found"),
        ({"template": "none"}, "template_not_found"),
    ],
)
def test_what_is_named_has_to_be_there(script, wish, change, code):
    response = script.post("/sessions", wish(**change))
    assert (response.status_code, error_of(response)["code"]) == (404, code)
    assert not CreationSession.objects.exists()


def test_a_closed_project_is_as_if_it_were_not_there(other_script, wish, project):
    body = wish()
    Project.objects.filter(pk=project.pk).update(is_open=False)
    response = other_script.post("/sessions", body)
    assert (response.status_code, error_of(response)["code"]) == (404, "project_not_found")


def test_a_name_that_exists_is_a_conflict(script, program, project):
    response = script.post("/sessions", project_wish(title="Optics"))
    assert (response.status_code, error_of(response)["code"]) == (409, "destination_exists")
    assert not CreationSession.objects.exists()


def test_it_asks_and_goes_on_with_the_answer(script, wish):
    session = script.post("/sessions", wish(ASKS)).json()
    assert session["next_action"] == "awaiting_input"
    assert session["current_phase"] == "input_required"
    assert session["pending_input"]["check"] == "unknown_keys"
    response = resumed(script, session, decision="drop")
    assert response.status_code == 200
    assert response.json()["state"] == "done"


def test_a_file_is_an_answer(script, wish, network_text):  # noqa: F811
    session = script.post("/sessions", wish(NEEDS_FILE)).json()
    done = resumed(script, session, topology=upload(network_text.encode())).json()
    assert done["state"] == "done", done
    [given] = Path(done["result"]["path"]).rglob("*net.json")
    assert given.read_text() == network_text


def test_a_file_may_be_longer_than_a_text(script, wish, network_text):  # noqa: F811
    session = script.post("/sessions", wish(NEEDS_FILE)).json()
    content = network_text.encode() + b" " * 1_000_000
    assert resumed(script, session, topology=upload(content)).json()["state"] == "done"


def test_a_file_that_is_too_large_is_refused_at_its_field(script, wish):
    session = script.post("/sessions", wish(NEEDS_FILE)).json()
    response = resumed(script, session, topology=upload(b" " * 3_000_000))
    assert response.status_code == 422
    assert "bytes" in error_of(response)["message"]


def test_any_other_text_is_as_long_as_everywhere(script, wish):
    session = script.post("/sessions", wish(ASKS)).json()
    for inputs in ({"decision": "x" * 200_000}, {"a": {"b": {"content_base64": "x" * 200_000}}}):
        response = resumed(script, session, **inputs)
        assert (response.status_code, error_of(response)["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "given",
    ["text", 5, {}, {"name": "a.json"}, {"name": "a.json", "content_base64": "%%%"},
     {"name": "a.json", "content_base64": 5}, upload(b"{}", "a.exe"), upload(b"junk"),
     upload(b"")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_at_its_field(script, wish, given):
    session = script.post("/sessions", wish(NEEDS_FILE)).json()
    response = resumed(script, session, topology=given)
    assert response.status_code == 422
    assert error_of(response)["code"] == "input_validation_failed"
    assert error_of(response)["field"] == "topology"
    assert script.get(f"/sessions/{session['session_id']}").json() == session


@pytest.mark.parametrize(
    ("inputs", "field"),
    [({}, "decision"), ({"decision": "eat"}, "decision"), ({"decision": "drop", "x": 1}, "x")],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_field(script, wish, inputs, field):
    session = script.post("/sessions", wish(ASKS)).json()
    response = resumed(script, session, **inputs)
    assert response.status_code == 422
    assert error_of(response).items() >= {
        "code": "input_validation_failed", "field": field
    }.items()  # fmt: skip


def test_a_stale_question_is_a_conflict(script, wish):
    session = script.post("/sessions", wish(ASKS)).json()
    response = resumed(script, session, request_id="0123456789ab", decision="drop")
    assert (response.status_code, error_of(response)["code"]) == (409, "input_request_stale")


def test_where_nothing_is_asked_an_answer_is_a_conflict(script, member, program):
    draft = begin_draft(owner=member, kind="run", inputs={}, step="")
    response = script.post(f"/sessions/{draft.pk}/resume", {"request_id": "x", "extra_inputs": {}})
    assert (response.status_code, error_of(response)["code"]) == (409, "session_not_awaiting_input")


def test_what_has_ended_is_neither_answered_nor_cancelled(script, wish):
    session = script.post("/sessions", wish()).json()
    for response in (
        resumed(script, session, request_id="x"),
        script.post(f"/sessions/{session['session_id']}/cancel"),
    ):
        found = (response.status_code, error_of(response)["code"])
        assert found == (409, "session_already_completed")


@pytest.mark.parametrize("body", [None, {}, {"discard_files": False}, {"discard_files": True}])
def test_it_is_cancelled_with_or_without_its_files(script, wish, body):
    session = script.post("/sessions", wish(ASKS)).json()
    staging = Path(CreationSession.objects.get().staging)
    response = script.post(f"/sessions/{session['session_id']}/cancel", body)
    assert (response.status_code, response.json()["state"]) == (200, "aborted")
    assert staging.exists() is not bool(body and body["discard_files"] if body else False)
    assert not Run.objects.exists()


def test_fields_that_nobody_knows_are_refused(script, wish):
    session = script.post("/sessions", wish(ASKS)).json()
    address = f"/sessions/{session['session_id']}"
    assert script.post(f"{address}/cancel", {"discard": True}).status_code == 422
    assert script.post(f"{address}/resume", {"request_id": "x", "answer": 1}).status_code == 422
    assert reread(CreationSession.objects.get()).state == "input_required"


@pytest.mark.parametrize("rest", ["", "/resume", "/cancel"])
def test_anothers_session_is_as_if_it_were_not_there(script, other_script, wish, rest):
    session = script.post("/sessions", wish(ASKS)).json()
    for session_id in (session["session_id"], "0123456789ab", "nonsense" * 20):
        address = f"/sessions/{session_id}{rest}"
        body = {"request_id": "x"} if rest == "/resume" else None
        response = other_script.post(address, body) if rest else other_script.get(address)
        found = (response.status_code, error_of(response)["code"])
        assert found == (404, "session_not_found")


def test_staff_look_at_answer_and_cancel_anybodys(script, staff_script, wish):
    session = script.post("/sessions", wish(ASKS)).json()
    assert staff_script.get(f"/sessions/{session['session_id']}").json() == session
    assert resumed(staff_script, session, decision="drop").json()["state"] == "done"
    run = Run.objects.get()
    assert run.owner.get_username() == "ada"


def test_a_list_has_ones_own_and_for_staff_everybodys(script, other_script, staff_script, wish):
    first = script.post("/sessions", wish()).json()
    second = other_script.post("/sessions", wish(ASKS, label="hers")).json()
    assert listed(script) == [first["session_id"]]
    assert listed(other_script) == [second["session_id"]]
    assert listed(staff_script) == [second["session_id"], first["session_id"]]
    item = script.get("/sessions").json()["items"][0]
    assert item.items() >= first.items()
    assert set(item) == ANSWER | {"owner", "created_at", "touched_at", "ended_at"}
    assert item["owner"] == "ada"


def listed(script, **query):
    return [item["session_id"] for item in script.get("/sessions", **query).json()["items"]]


def test_a_list_is_narrowed_by_state(script, wish):
    done = script.post("/sessions", wish()).json()["session_id"]
    asks = script.post("/sessions", wish(ASKS, label="asks")).json()["session_id"]
    assert listed(script, state="done") == [done]
    assert listed(script, state="input_required,done") == [asks, done]
    assert listed(script, state="failed") == []
    response = script.get("/sessions", state="done,tired")
    assert (response.status_code, error_of(response)["field"]) == (422, "state")


def test_a_list_comes_in_pages(script, member, program):
    made = [begin_draft(owner=member, kind="project", inputs={}, step="").pk for _ in range(5)]
    first = script.get("/sessions", limit=3).json()
    second = script.get("/sessions", limit=3, cursor=first["next"]).json()
    assert [item["session_id"] for item in (*first["items"], *second["items"])] == made[::-1]
    assert (first["total"], second["next"]) == (5, None)


def test_a_list_asks_the_same_of_the_database_however_long(
    script, member, program, django_assert_max_num_queries
):
    for _ in range(20):
        begin_draft(owner=member, kind="project", inputs={}, step="")
    with django_assert_max_num_queries(10):
        script.get("/sessions")


def test_a_token_to_read_begins_nothing(member, wish):
    reader = Script(member, scopes=["read"])
    assert reader.post("/sessions", wish()).status_code == 403
    assert reader.get("/sessions").status_code == 200


def test_who_begins_too_many_hears_when_to_ask_again(script, settings, member, program):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 3
    for _ in range(3):
        begin_draft(owner=member, kind="project", inputs={}, step="")
    response = script.post("/sessions", project_wish())
    assert (response.status_code, error_of(response)["code"]) == (429, "too_many_requests")
    assert 0 < int(response["Retry-After"]) <= 60


def test_without_a_set_up_nothing_is_begun(script, wish):
    body = wish()
    Program.objects.update(enabled=False)
    response = script.post("/sessions", body)
    error = error_of(response)
    assert response.status_code == 503
    assert (error["code"], error["state"]) == ("setup_incomplete", "incomplete_no_program")
    assert error["missing"][0]["field"] == "program"
    assert all(each["reason"] for each in error["missing"])
    assert not CreationSession.objects.exists()


def test_who_began_it_is_in_its_events(script, wish):
    script.post("/sessions", wish())
    [token_id] = Event.objects.filter(kind="session.done").values_list("token_id", flat=True)
    assert token_id is not None
