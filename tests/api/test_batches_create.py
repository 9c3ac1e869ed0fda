"""Batches made by script: what they become, and what is refused, by the name of its field."""

import pytest

from runs.lifecycle import places
from runs.models import Batch, Event, Iteration, Project, Run

from .conftest import Script
from .test_answering import error_of

PLAIN = {"program": "script", "project": "optics", "name": "many", "config": "[a]\nb = 1\nc = 2\n"}
REPEAT = {**PLAIN, "kind": "repeat", "num_iterations": 3}
COMPARE = {**PLAIN, "kind": "compare", "num_iterations": 2,
           "a": {"label": "one", "overrides": {"a": {"b": 1}}},
           "b": {"overrides": {"a": {"b": 2}}}}  # fmt: skip
SWEEP = {**PLAIN, "kind": "sweep", "num_iterations": 2, "parameter": "a.b", "values": [1, 2.5]}
GRID = {**SWEEP, "parameter_2": "a.c", "values_2": [7, 8, 9]}


@pytest.fixture(autouse=True)
def plain(script_program, project):
    return script_program("")


def made(response):
    assert response.status_code == 201, response.content
    return response.json()


def nested(levels):
    value = 1
    for _ in range(levels):
        value = {"k": value}
    return value


def test_it_repeats(script, member):
    response = script.post("/batches", {**REPEAT, "base_seed": 40, "tags": ["paper"], "notes": "α"})
    batch = made(response)
    assert response["Location"] == f"/api/v1/batches/{batch['id']}"
    assert (batch["kind"], batch["status"], batch["owner"]) == ("repeat", "pending", "ada")
    assert (batch["num_iterations"], batch["base_seed"], batch["tags"]) == (3, 40, ["paper"])
    assert batch["configuration"] == {"format": "ini", "text": PLAIN["config"]}
    assert batch["counts"] == {
        "total": 3, "waiting": 3, "running": 0, "completed": 0, "failed": 0, "cancelled": 0,
        "lost": 0, "preempted": 0, "gone": 0, "unmade": 0,
    }  # fmt: skip
    assert (batch["result"], batch["partial"], batch["failures"]) == (None, None, [])
    seeds = Iteration.objects.filter(batch=batch["id"]).values_list("run__seed", flat=True)
    assert sorted(seeds) == [40, 41, 42]


def test_it_warns_of_a_program_that_is_given_no_seed(script, script_program):
    [warning] = made(script.post("/batches", REPEAT))["warnings"]
    assert warning.startswith("The command of script has no {seed}")
    program = script_program("")
    program.command += " {seed}"
    program.save()
    assert made(script.post("/batches", REPEAT))["warnings"] == []


def test_it_compares_on_the_same_seeds(script):
    batch = made(script.post("/batches", COMPARE))
    assert [point["label"] for point in batch["points"]] == ["one", "B"]
    assert [point["overrides"] for point in batch["points"]] == [{"a": {"b": 1}}, {"a": {"b": 2}}]
    found = Iteration.objects.values_list("point", "number", "seed").order_by("point", "number")
    assert list(found) == [(0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 1)]


def test_it_sweeps(script):
    batch = made(script.post("/batches", SWEEP))
    assert batch["parameters"] == ["a.b"]
    assert [point["values"] for point in batch["points"]] == [[1], [2.5]]
    texts = {run.config_path.read_text() for run in Run.objects.all()}
    assert {"b = 1\n" in text for text in texts} == {True, False}
    assert Run.objects.count() == 4


def test_it_makes_a_grid(script):
    batch = made(script.post("/batches", GRID))
    assert batch["parameters"] == ["a.b", "a.c"]
    assert len(batch["points"]) == 6
    assert batch["counts"]["total"] == 12


def test_it_names_where_more_is(script):
    batch = made(script.post("/batches", REPEAT))
    address = f"/api/v1/batches/{batch['id']}"
    assert batch["addresses"] == {
        "page": f"/batches/{batch['id']}/", "runs": f"{address}/runs",
        "values": f"{address}/values", "result": f"{address}/result",
        "socket": f"/ws/batches/{batch['id']}/",
    }  # fmt: skip


def test_its_runs_are_named_after_what_they_belong_to(script):
    batch = made(script.post("/batches", REPEAT))
    script.post("/runs", PLAIN)
    runs = script.get("/runs", batch=batch["id"]).json()
    assert runs["total"] == 3
    assert {run["batch"] for run in runs["items"]} == {batch["id"]}
    assert script.get(f"/runs/{runs['items'][0]['id']}").json()["batch"] == batch["id"]
    assert script.get("/runs").json()["total"] == 4


def test_without_a_name_it_has_that_of_its_template(script, program):
    body = {"kind": "repeat", "program": "fusion-sim", "project": "optics",
            "template": "quick_seconds", "num_iterations": 1}  # fmt: skip
    batch = made(script.post("/batches", body))
    assert (batch["name"], batch["group"]) == ("quick_seconds", "default")


def test_it_makes_a_new_project_on_the_way(script):
    assert made(script.post("/batches", {**REPEAT, "project": "fresh"}))["project"] == "fresh"
    assert Project.objects.get(slug="fresh").managers.filter(username="ada").exists()


REFUSED = [
    (REPEAT, [
        ({"kind": "repeats"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["repeat"]}, "kind"),
        ({"num_iterations": 0}, "num_iterations"),
        ({"num_iterations": 1001}, "num_iterations"),
        ({"num_iterations": "3"}, "num_iterations"),
        ({"num_iterations": 3.0}, "num_iterations"),
        ({"num_iterations": True}, "num_iterations"),
        ({"num_iterations": None}, "num_iterations"),
        ({"base_seed": -1}, "base_seed"),
        ({"base_seed": 2**53}, "base_seed"),
        ({"base_seed": 10**400}, "base_seed"),
        ({"seed": 1}, "seed"),
        ({"resume_from": "a/b/c/d"}, "resume_from"),
        ({"values": [1]}, "values"),
        ({"a": {"label": "x"}}, "a"),
        ({"nmae": "x"}, "nmae"),
        ({"name": "../x"}, "name"),
        ({"project": "a/b"}, "project"),
        ({"priority": 5}, "priority"),
        ({"tags": [""]}, "tags.0"),
        ({"notes": "a\0"}, "notes"),
        ({"notes": "a" * 100_001}, "notes"),
        ({"resources": {"cpu": 1}}, "resources.cpu"),
        ({"max_running": 0}, "max_running"),
        ({"metrics": [""]}, "metrics.0"),
        ({"metrics": ["a", "a"]}, "metrics.1"),
        ({"metrics": ["m"] * 51}, "metrics"),
        ({"overrides": nested(6)}, "k.k.k.k.k"),
        ({"overrides": {"a": {str(key): 1 for key in range(201)}}}, "a"),
        ({"overrides": {"a": {"b": list(range(201))}}}, "a.b"),
        ({"config": "no section"}, "config"),
    ]),
    (COMPARE, [
        ({"num_iterations": 501}, "num_iterations"),
        ({"b": None}, "b"),
        ({"b": {"overides": {}}}, "b.overides"),
        ({"b": {"label": "one"}}, "b.label"),
        ({"b": {"label": "x" * 51}}, "b.label"),
        ({"b": {"label": "two\nlines"}}, "b.label"),
        ({"b": {"overrides": nested(6)}}, "b.overrides"),
        ({"a": {"overrides": {"a": {str(key): 1 for key in range(201)}}}}, "a.overrides"),
    ]),
    (SWEEP, [
        ({"num_iterations": 501}, "num_iterations"),
        ({"parameter": "b"}, "parameter"),
        ({"parameter": ""}, "parameter"),
        ({"values": []}, "values"),
        ({"values": list(range(51))}, "values"),
        ({"values": ["1"]}, "values.0"),
        ({"values": [1, True]}, "values.1"),
        ({"values": [1, None]}, "values.1"),
        ({"values": [1, 1.0]}, "values.1"),
        ({"values": [1, 10**301]}, "values.1"),
        ({"values_2": [1]}, "parameter_2"),
    ]),
    (GRID, [
        ({"values_2": []}, "values_2"),
        ({"parameter_2": "a.b"}, "parameter_2"),
        ({"values": list(range(32)), "values_2": list(range(32))}, "values_2"),
        ({"values": list(range(30)), "values_2": list(range(30)), "num_iterations": 28},
         "num_iterations"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("base", "changes"), REFUSED, ids=["repeat", "compare", "sweep", "grid"])
def test_it_refuses_what_cannot_be_and_names_it(script, base, changes):
    for change, field in changes:
        response = script.post("/batches", {**base, **change})
        assert response.status_code == 422, (change, response.content)
        assert error_of(response).get("field") == field, change
    assert not Batch.objects.exists()
    assert not Run.objects.exists()
    assert not any((places.status_root() / "optics").glob("**/config.ini"))


def test_it_names_what_is_missing(script):
    for missing in ("kind", "program", "project", "num_iterations"):
        response = script.post("/batches", {k: v for k, v in REPEAT.items() if k != missing})
        assert response.status_code == 422
        assert error_of(response)["field"] == missing


@pytest.mark.parametrize(("change", "code"), [
    ({"program": "none"}, "program_not_found"),
    ({"template": "none"}, "template_not_found"),
    ({"template": "../../etc/passwd"}, "template_not_found"),
])  # fmt: skip
def test_it_names_what_there_is_not(script, change, code):
    response = script.post("/batches", {**REPEAT, **change})
    assert response.status_code == 404
    assert error_of(response)["code"] == code


def test_what_is_no_json_is_no_number(script):
    for number in ("NaN", "Infinity", "-Infinity"):
        text = f'{{"kind": "sweep", "values": [1, {number}]}}'
        response = script.client.post("/api/v1/batches", text, content_type="application/json")
        assert response.status_code == 400
        assert error_of(response)["message"] == f"{number} is not JSON."


def test_a_number_too_large_for_any_is_refused(script):
    text = '{"kind": "sweep", "values": [1e999]}'
    response = script.client.post("/api/v1/batches", text, content_type="application/json")
    assert response.status_code == 422


def test_junk_is_refused(script):
    for text in ("[]", '"repeat"', "null", "", "{", '{"kind": {}}'):
        response = script.client.post("/api/v1/batches", text, content_type="application/json")
        assert response.status_code in (400, 422)
        error_of(response)


def test_every_fault_is_in_the_details(script):
    response = script.post("/batches", {**SWEEP, "values": ["x", None], "num_iterations": 0})
    places = [fault["path"] for fault in error_of(response)["details"]]
    assert places == ["values.0", "values.1", "num_iterations"]


def test_a_point_that_its_program_refuses_names_the_value(script, program):
    body = {"kind": "sweep", "program": "fusion-sim", "project": "optics",
            "template": "quick_seconds", "num_iterations": 2,
            "parameter": "general_settings.num_requests", "values": [10, -5]}  # fmt: skip
    error = error_of(script.post("/batches", body))
    assert error["field"] == "values.1"
    assert error["details"][0]["path"] == "general_settings.num_requests"
    assert not Batch.objects.exists()


def test_the_same_key_makes_one_batch(script):
    first = script.post("/batches", REPEAT, **{"Idempotency-Key": "night"})
    again = script.post("/batches", REPEAT, **{"Idempotency-Key": "night"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (Batch.objects.count(), Run.objects.count()) == (1, 3)
    assert Event.objects.filter(kind="batch.created").count() == 1


def test_the_same_key_for_another_request_is_refused(script):
    others = [
        (REPEAT, {"num_iterations": 4}),
        (REPEAT, {"base_seed": 1}),
        (REPEAT, {"overrides": {"a": {"b": 5}}}),
        (REPEAT, {"config": "[a]\nb = 3\n"}),
        (REPEAT, {"notes": "x"}),
        (SWEEP, {"values": [1, 2]}),
        (COMPARE, {"a": {"label": "two"}}),
    ]
    for base in (REPEAT, SWEEP, COMPARE):
        made(script.post("/batches", base, **{"Idempotency-Key": base["kind"]}))
    for base, change in others:
        key = {"Idempotency-Key": base["kind"]}
        response = script.post("/batches", {**base, **change}, **key)
        assert (response.status_code, error_of(response)["code"]) == (409, "batch_already_created")
    assert Batch.objects.count() == 3


def test_a_key_is_ones_own_and_no_runs(script, other_script):
    key = {"Idempotency-Key": "night"}
    ids = {
        made(script.post("/batches", REPEAT, **key))["id"],
        made(other_script.post("/batches", REPEAT, **key))["id"],
        made(script.post("/runs", PLAIN, **key))["id"],
    }
    assert len(ids) == 3


def test_a_batch_counts_as_one_within_a_minute(script, settings):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 2
    made(script.post("/batches", REPEAT))
    made(script.post("/batches", REPEAT))
    assert Run.objects.count() == 6
    response = script.post("/batches", REPEAT)
    assert response.status_code == 429
    assert "2 batches" in error_of(response)["message"]
    assert 0 < int(response["Retry-After"]) <= 60


def test_its_runs_do_not_keep_its_owner_from_launching_one(script, settings):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 3
    made(script.post("/batches", REPEAT))
    made(script.post("/runs", PLAIN))


def test_where_space_is_short_nothing_is_made(script, settings):
    settings.FUSIONWEB_MIN_FREE_BYTES = 2**62
    response = script.post("/batches", REPEAT)
    assert (response.status_code, error_of(response)["code"]) == (507, "disk_space_insufficient")
    assert not Batch.objects.exists()


def test_a_token_without_the_scope_makes_none(member):
    assert Script(member, scopes=["read"]).post("/batches", REPEAT).status_code == 403
    assert not Batch.objects.exists()
