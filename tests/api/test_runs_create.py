"""Launch, retry, clone and resume runs by script."""

import pytest

from runs.models import Project, Run

from .test_answering import error_of

QUICK = {"program": "fusion-sim", "project": "optics", "template": "quick_seconds"}
PLAIN = {"program": "script", "project": "optics", "config": "[a]\nb = 1\n"}


@pytest.fixture
def plain(script_program, project):
    return script_program("")


def made(response):
    assert response.status_code == 201, response.content
    return response.json()


def test_it_launches_a_template_with_overrides(script, member, program, project):
    overrides = {"general_settings": {"max_iters": 2}}
    body = {**QUICK, "overrides": overrides, "seed": 7, "tags": ["paper"], "notes": "α"}
    run = made(script.post("/runs", body))
    assert (run["status"], run["owner"], run["name"]) == ("pending", "ada", "quick_seconds")
    assert "max_iters = 2" in run["configuration"]["text"]
    assert (run["seed"], run["tags"], run["notes"]) == (7, ["paper"], "α")
    assert run["queue_position"] == 0
    row = Run.objects.get(pk=run["id"])
    assert (row.owner, row.overrides) == (member, overrides)


def test_it_says_where_the_run_is(script, plain):
    response = script.post("/runs", PLAIN)
    assert response["Location"] == f"/api/v1/runs/{made(response)['id']}"
    found = script.client.get(response["Location"]).json()
    assert found["id"] == response.json()["id"]


def test_it_makes_a_new_project_on_the_way(script, plain):
    assert made(script.post("/runs", {**PLAIN, "project": "fresh"}))["project"] == "fresh"
    assert Project.objects.filter(slug="fresh").exists()


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"nmae": "x"}, 422, "nmae"),
        ({"name": "../x"}, 422, "name"),
        ({"project": "a/b"}, 422, "project"),
        ({"seed": -1}, 422, "seed"),
        ({"seed": 2**53 + 1}, 422, "seed"),
        ({"seed": True}, 422, "seed"),
        ({"seed": 10**400}, 422, "seed"),
        ({"priority": 5}, 422, "priority"),
        ({"priority": 11}, 422, "priority"),
        ({"tags": ["a" * 51]}, 422, "tags.0"),
        ({"tags": [""]}, 422, "tags.0"),
        ({"notes": "a\0"}, 422, "notes"),
        ({"notes": "a" * 100_001}, 422, "notes"),
        ({"resources": {"cpu": 1}}, 422, "resources.cpu"),
        ({"resources": {"cpus": 0}}, 422, "resources.cpus"),
        ({"overrides": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, 422, "a.b.c.d.e"),
        ({"overrides": {"a": {str(key): 1 for key in range(201)}}}, 422, "a"),
        ({"overrides": {"a": {"b": list(range(201))}}}, 422, "a.b"),
        ({"resume_from": "nowhere"}, 422, "resume_from"),
        ({"resume_from": "a/b/c/d"}, 404, None),
        ({"program": "none"}, 404, None),
        ({"template": "none"}, 404, None),
        ({"template": "../../etc/passwd"}, 404, None),
    ],
)  # fmt: skip
def test_it_refuses_what_cannot_be_and_names_it(script, plain, change, status, field):
    response = script.post("/runs", {**PLAIN, **change})
    assert response.status_code == status, response.content
    assert error_of(response).get("field") == field
    assert not Run.objects.exists()


def test_it_tells_every_fault_of_a_configuration_with_its_line(script, program, project):
    text = "[general_settings]\nerlang_start = many\nnope = 1\n"
    response = script.post("/runs", {"program": "fusion-sim", "project": "optics", "config": text})
    error = error_of(response)
    assert (response.status_code, error["field"]) == (422, "config")
    at = {fault["path"]: fault["line"] for fault in error["details"]}
    assert at["general_settings.erlang_start"] == 2
    assert at["general_settings.nope"] == 3
    assert not Run.objects.exists()


@pytest.mark.parametrize("body", [None, [], "text", 1, {}])
def test_it_says_what_is_missing(script, plain, body):
    response = script.post("/runs", body)
    assert response.status_code == 422
    error_of(response)


def test_it_says_that_a_body_is_no_json(script, plain):
    response = script.client.post("/api/v1/runs", "{", content_type="application/json")
    assert (response.status_code, error_of(response)["code"]) == (400, "malformed_json")


def test_it_reads_json_whatever_it_is_called(script, plain):
    text = '{"program": "script", "project": "optics", "config": "[a]\\nb = 1\\n"}'
    response = script.client.post("/api/v1/runs", text, content_type="text/plain")
    assert response.status_code == 201


def test_it_refuses_a_body_by_its_length_alone(script, plain):
    response = script.client.post(
        "/api/v1/runs", b"{}", content_type="application/json",
        headers={"Content-Length": str(11 * 1024 * 1024)},
    )  # fmt: skip
    assert (response.status_code, error_of(response)["code"]) == (413, "payload_too_large")


def test_it_makes_one_run_of_a_request_sent_twice(script, plain):
    first = made(script.post("/runs", PLAIN, **{"Idempotency-Key": "mine"}))
    again = script.post("/runs", PLAIN, **{"Idempotency-Key": "mine"})
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert Run.objects.count() == 1


def test_it_refuses_another_request_under_the_same_key(script, plain):
    made(script.post("/runs", PLAIN, **{"Idempotency-Key": "mine"}))
    other = script.post("/runs", {**PLAIN, "seed": 1}, **{"Idempotency-Key": "mine"})
    assert (other.status_code, error_of(other)["code"]) == (409, "run_already_created")


def test_it_keeps_the_keys_of_people_apart(script, other_script, plain):
    one = made(script.post("/runs", PLAIN, **{"Idempotency-Key": "1"}))
    two = made(other_script.post("/runs", PLAIN, **{"Idempotency-Key": "1"}))
    assert one["id"] != two["id"]


def test_it_says_when_to_ask_again(script, plain, settings):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 1
    made(script.post("/runs", PLAIN))
    response = script.post("/runs", PLAIN)
    assert (response.status_code, error_of(response)["code"]) == (429, "too_many_requests")
    assert 0 < int(response["Retry-After"]) <= 60


def test_it_lets_staff_go_first(staff_script, plain):
    assert made(staff_script.post("/runs", {**PLAIN, "priority": 10}))["priority"] == 10


def test_it_retries_for_the_owner(script, staff_script, make_run):
    run = make_run(name="once")
    assert error_of(script.post(f"/runs/{run.pk}/retry"))["code"] == "run_still_active"
    Run.objects.update(status="failed")
    again = made(staff_script.post(f"/runs/{run.pk}/retry"))
    assert (again["owner"], again["origin"], again["origin_kind"]) == ("ada", run.pk, "retry")
    assert again["configuration"] == script.get(f"/runs/{run.pk}").json()["configuration"]


def test_it_clones_for_whoever_asks_with_changes(other_script, make_run):
    run = make_run(name="first", seed=3, tags=["x"])
    body = {"name": "second", "overrides": {"a": {"b": 9}}, "seed": None}
    cloned = made(other_script.post(f"/runs/{run.pk}/clone", body))
    assert (cloned["owner"], cloned["name"], cloned["origin"]) == ("grace", "second", run.pk)
    assert (cloned["seed"], cloned["tags"]) == (None, ["x"])
    assert "b = 9" in cloned["configuration"]["text"]


def test_it_clones_without_a_body(script, make_run):
    run = make_run(name="first")
    assert made(script.post(f"/runs/{run.pk}/clone"))["name"] == "first"


def test_it_clones_into_another_template(script, program, project):
    run = made(script.post("/runs", QUICK))
    other = made(script.post(f"/runs/{run['id']}/clone", {"template": "nsfnet_minute"}))
    assert other["configuration"]["text"] != run["configuration"]["text"]
    assert other["template"] == "nsfnet_minute"


@pytest.fixture
def saved(script_program, make_run, checkpoint_row, settings):
    """A run of a program that can resume, and what it saved."""
    program = script_program("", slug="trainer")
    program.command += " {resume_from}"
    program.save()
    run = make_run(program=program, name="lm")
    key = {"project": "optics", "group": "default", "name": "lm"}
    for suffix in (f"{run.pk}/1", f"{run.pk}/2", "best"):
        path = settings.FUSIONWEB_CHECKPOINT_DIRS[0].joinpath(*key.values(), suffix)
        path.mkdir(parents=True)
        checkpoint_row(**key, suffix=suffix)
    return run


def test_it_resumes_from_the_newest_that_the_run_saved(script, saved):
    run = made(script.post(f"/runs/{saved.pk}/resume"))
    assert run["resume_from"] == f"optics/default/lm/{saved.pk}/2"
    assert (run["origin"], run["origin_kind"]) == (saved.pk, "resume")


def test_it_resumes_from_the_checkpoint_that_is_named(script, saved):
    run = made(script.post(f"/runs/{saved.pk}/resume", {"checkpoint": "best", "name": "on"}))
    assert (run["resume_from"], run["name"]) == ("optics/default/lm/best", "on")


def test_it_launches_from_a_checkpoint(script, saved):
    body = {**PLAIN, "program": "trainer", "resume_from": "optics/default/lm/best"}
    assert made(script.post("/runs", body))["resume_from"] == "optics/default/lm/best"


def test_it_says_why_nothing_can_be_resumed(script, saved, make_run):
    missing = script.post(f"/runs/{saved.pk}/resume", {"checkpoint": "none"})
    assert (missing.status_code, error_of(missing)["code"]) == (404, "checkpoint_not_found")
    unable = make_run(name="unable")
    response = script.post(f"/runs/{unable.pk}/resume")
    assert response.status_code == 409
    assert "cannot go on from a checkpoint" in error_of(response)["message"]


def test_it_hides_checkpoints_of_closed_projects(script, saved, checkpoint_row):
    Project.objects.create(slug="secret", is_open=False)
    checkpoint_row(project="secret", group="g", name="n", suffix="s")
    body = {**PLAIN, "program": "trainer"}
    hidden = script.post("/runs", {**body, "resume_from": "secret/g/n/s"})
    missing = script.post("/runs", {**body, "resume_from": "secret/g/n/none"})
    assert hidden.status_code == missing.status_code == 404
    assert error_of(hidden)["message"] == error_of(missing)["message"]


def test_it_hides_runs_of_closed_projects(script, other_script, make_run, project):
    run = make_run(owner=None)
    Project.objects.update(is_open=False)
    project.members.add(run.owner)
    assert script.get(f"/runs/{run.pk}").status_code == 200
    for ask in ("clone", "retry", "resume", "cancel"):
        response = other_script.post(f"/runs/{run.pk}/{ask}")
        assert (response.status_code, error_of(response)["code"]) == (404, "run_not_found")
