"""The form of batches over HTTP: what is made, what is refused and where that is said."""

import re

import pytest

from runs.lifecycle.services import frozen_configuration
from runs.models import Batch, Run
from tests.web.batch_results import sides, swept
from tests.web.browser_forms import Form

PAD = "/batches/new/"
CHECK = "/batches/new/check/"
K_PATHS = "routing_settings.k_paths"


@pytest.fixture
def pad(client, member, program):
    client.force_login(member)

    def open_pad(query="?program=fusion-sim&template=quick_seconds"):
        return fields_of(client.get(PAD + query))

    return open_pad


def fields_of(response):
    return Form(response.content.decode(), 'id="launch"').fields


def text_of(response):
    return response.content.decode()


def fault_at(response, name):
    return re.search(rf'id="fault-{name}"[^>]*>([^<]*)</p>', text_of(response))[1]


def sweep(**fields):
    return {"kind": "sweep", "parameter": K_PATHS, "values": "1, 2, 4", **fields}


def compare(*rows):
    columns = zip(*rows, strict=True)
    return {"kind": "compare", **dict(zip(("side_key", "side_a", "side_b"), columns, strict=True))}


def test_it_makes_a_repeat(client, pad, member):
    sent = pad() | {"num_iterations": "3", "base_seed": "100", "tags": "a, b", "max_running": "2"}
    response = client.post(PAD, sent)
    batch = Batch.objects.get()
    assert response.url == f"/batches/{batch.pk}/"
    assert (batch.owner, batch.kind, batch.num_iterations, batch.max_running) == (
        member, "repeat", 3, 2,
    )  # fmt: skip
    runs = Run.objects.filter(batch=batch)
    assert sorted(runs.values_list("seed", flat=True)) == [100, 101, 102]


def test_it_makes_a_comparison_of_the_rows(client, pad):
    rows = [(K_PATHS, "", "5"), ("", "", ""), ("topology_settings.network", "nsfnet", "toy")]
    sent = pad() | compare(*rows) | {"a_label": "k3", "b_label": "k5", "num_iterations": "2"}
    client.post(PAD, sent)
    batch = Batch.objects.get()
    assert [point["label"] for point in batch.points] == ["k3", "k5"]
    assert batch.points[0]["overrides"] == {"topology_settings": {"network": "nsfnet"}}
    assert batch.points[1]["overrides"]["routing_settings"] == {"k_paths": 5}
    run = Run.objects.filter(batch=batch, iteration__point=1).first()
    assert "k_paths = 5" in frozen_configuration(run)


def test_it_makes_a_sweep_and_a_grid(client, pad):
    client.post(PAD, pad() | sweep(num_iterations="1"))
    second = {"parameter_2": "spectrum_settings.guard_slots", "values_2": "0-1"}
    client.post(PAD, pad() | sweep(num_iterations="1", name="grid", **second))
    swept, grid = Batch.objects.order_by("created_at")
    assert [point["values"] for point in swept.points] == [[1], [2], [4]]
    assert (len(grid.points), len(grid.parameters)) == (6, 2)


def test_it_looks_only_at_the_fields_of_its_kind(client, pad):
    junk = {"values": "nonsense", "parameter": "x", "a_label": "A" * 99, "num_iterations": "1"}
    assert client.post(PAD, pad() | junk).status_code == 302
    assert Batch.objects.get().kind == "repeat"


def test_it_makes_one_batch_of_a_form_sent_twice(client, pad):
    sent = pad() | {"num_iterations": "1"}
    first, second = client.post(PAD, sent), client.post(PAD, sent)
    assert first.url == second.url
    changed = client.post(PAD, sent | {"num_iterations": "2"})
    assert changed.status_code == 409
    assert fields_of(changed)["token"] != sent["token"]
    assert Batch.objects.count() == 1


def test_it_says_when_to_ask_again_where_it_was_asked_too_often(client, pad, settings):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 1
    assert client.post(PAD, pad()).status_code == 302
    refused = client.post(PAD, pad() | {"name": "kept"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 50
    assert 'value="kept"' in refused.content.decode()
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"kind": "odd"}, "kind", "Select"),
        ({"num_iterations": "0"}, "num_iterations", "1"),
        ({"num_iterations": "1001"}, "num_iterations", "1,000"),
        ({"base_seed": "-1"}, "base_seed", "0"),
        ({"max_running": "none"}, "max_running", "number"),
        ({"name": "<b>"}, "name", "Use letters"),
        (sweep(parameter=""), "parameter", "Which parameter"),
        (sweep(values=""), "values", "Over which values"),
        (sweep(values="1, two"), "values", "“two” is no number"),
        (sweep(values="1, 1"), "values", "twice"),
        (sweep(parameter_2="a.b"), "values_2", "Which values"),
        (sweep(num_iterations="501"), "num_iterations", "500"),
        (sweep(values="0, 99"), "values", ""),
        (sweep(parameter="routing_settings.nothing"), "parameter", "unknown key"),
        ({"metrics": "nothing"}, "metrics", "Select"),
    ],
)
def test_it_says_at_the_field_what_is_wrong(client, pad, typed, field, words):
    response = client.post(PAD, pad() | typed | {"notes": "typed"})
    assert response.status_code == 422
    assert fault_at(response, field) and words in fault_at(response, field)
    assert fields_of(response)["notes"] == "typed"
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "1", ""), "which key"),
        ((K_PATHS, "", ""), "in A, in B"),
        (("k_paths", "1", "2"), ""),
        ((K_PATHS, "1", "none"), ""),
        ((K_PATHS, "1", "<script>"), ""),
    ],
)
def test_it_says_at_the_row_what_is_wrong(client, pad, row, words):
    response = client.post(PAD, pad() | compare((K_PATHS, "1", "2"), row))
    assert response.status_code == 422
    said = fault_at(response, "side-1") or fault_at(response, "sides") or fault_at(response, "kind")
    assert said and words in said
    assert "<script>" not in text_of(response).split('id="launch"')[1]
    assert not Batch.objects.exists()


def test_it_says_what_is_wrong_with_the_configuration(client, pad):
    response = client.post(PAD, pad() | {"config": "[general_settings]\nnum_requests\n"})
    assert response.status_code == 422
    assert "line 2" in text_of(response)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"num_iterations": "20"}, "20 runs"),
        (compare((K_PATHS, "1", "2")) | {"num_iterations": "20"}, "2 sides × 20 runs = 40 runs"),
        (sweep(values="1-5"), "5 values × 10 runs = 50 runs"),
        (
            sweep(values="1-5", parameter_2="spectrum_settings.guard_slots", values_2="0,1,2"),
            "5 × 3 pairs × 10 runs = 150 runs",
        ),
    ],
)
def test_it_tells_while_one_types_how_many_runs_that_is(client, pad, typed, words):
    assert words in text_of(client.post(CHECK, pad() | typed))


def test_it_shows_what_differs_between_the_sides(client, pad):
    html = text_of(client.post(CHECK, pad() | compare((K_PATHS, "", "5"))))
    assert "k_paths = 3" in html and "k_paths = 5" in html
    same = text_of(client.post(CHECK, pad() | compare((K_PATHS, "3", "3"))))
    assert "A and B are the same configuration" in same


def test_it_shows_all_faults_while_one_types(client, pad):
    typed = {"name": "a b", "num_iterations": "none", **sweep(values="x")}
    response = client.post(CHECK, pad() | typed)
    assert all(fault_at(response, name) for name in ("name", "num_iterations", "values"))
    assert not Batch.objects.exists()


def test_it_offers_the_keys_and_metrics_of_the_program(client, member, program):
    client.force_login(member)
    html = text_of(client.get(f"{PAD}?program=fusion-sim"))
    numeric = html.split('id="numeric-keys"')[1].split("</datalist>")[0]
    assert K_PATHS in numeric and "topology_settings.network" not in numeric
    assert "blocking probability" in html.split('id="metrics"')[1]


def test_it_is_filled_with_a_runs_configuration(client, pad, make_run, program):
    run = make_run(
        program=program, config_text=None, template="quick_seconds", seed=7,
        overrides={"routing_settings": {"k_paths": 5}},
    )  # fmt: skip
    sent = pad(f"?like={run.pk}")
    assert "k_paths = 5" in sent["config"]
    assert (sent["name"], sent["base_seed"]) == (run.name, "7")
    assert f'href="/batches/new/?like={run.pk}"' in text_of(client.get(f"/runs/{run.pk}/"))


def test_it_is_filled_with_a_batch_that_is_made_again(client, pad, batch_row, program):
    swept_row = batch_row(
        kind="sweep", points=swept(1, 2, key=K_PATHS), parameters=[K_PATHS], base_seed=5,
        program=program, config_text="[a]\nb = 1\n",
    )  # fmt: skip
    sent = pad(f"?again={swept_row.pk}")
    assert (sent["kind"], sent["parameter"], sent["values"]) == ("sweep", K_PATHS, "1, 2")
    assert (sent["num_iterations"], sent["base_seed"]) == ("3", "5")
    duel = batch_row(kind="compare", points=sides("x", "y", routing_settings={"k_paths": 9}))
    html = text_of(client.get(f"{PAD}?again={duel.pk}"))
    assert f'value="{K_PATHS}"' in html and 'value="9"' in html


def test_it_finds_no_batch_of_a_closed_project(client, pad, batch_row, project, other_member):
    hidden = batch_row(owner=other_member)
    project.is_open = False
    project.save()
    assert client.get(f"{PAD}?again={hidden.pk}").status_code == 404


def test_it_works_for_a_program_without_schema_or_metrics(client, member, script_program):
    script_program("")
    client.force_login(member)
    html = text_of(client.get(f"{PAD}?program=script"))
    assert "declares no metrics" in html
