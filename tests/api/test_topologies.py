"""Networks by script."""

from tests.topologies.conftest import TRIANGLE, networks, simulated  # noqa: F401

from .test_answering import error_of


def test_it_lists_networks_in_pages(script, networks):  # noqa: F811
    networks("triangle", TRIANGLE)
    first = script.get("/topologies", limit=3).json()
    second = script.get("/topologies", limit=3, cursor=first["next"]).json()
    names = [item["name"] for item in first["items"] + second["items"]]
    assert names == ["nsfnet", "single_link", "toy", "triangle", "usbackbone24"]
    assert (second["next"], second["total"]) == (None, 5)
    assert first["items"][0]["nodes"] == 14


def test_it_tells_nodes_and_links(script, networks):  # noqa: F811
    networks("triangle", TRIANGLE)
    found = script.get("/topologies/triangle").json()
    assert found["nodes"][1] == {"name": "Ü", "x": None, "y": None}
    assert found["links"][1] == {"source": "Ü", "destination": "<b>", "length_km": 20.5}


def test_it_knows_no_other_network(script, db):
    response = script.get("/topologies/moon")
    assert (response.status_code, error_of(response)["code"]) == (404, "topology_not_found")


def test_it_tells_how_full_a_run_left_its_links(script, simulated):  # noqa: F811
    run = simulated(at_50=0.2, at_300=0.75)
    found = script.get(f"/runs/{run.pk}/topology").json()
    assert (found["name"], found["erlang"], found["loads"]) == ("nsfnet", 300, [50, 300])
    assert [link["utilization"] for link in found["links"] if link["utilization"]] == [0.75]
    at_50 = script.get(f"/runs/{run.pk}/topology", erlang="50").json()
    assert [link["utilization"] for link in at_50["links"] if link["utilization"]] == [0.2]


def test_it_refuses_a_load_without_result(script, simulated):  # noqa: F811
    run = simulated(at_50=0.2)
    for erlang in ("51", "much", "nan", "inf", "-1"):
        response = script.get(f"/runs/{run.pk}/topology", erlang=erlang)
        assert (response.status_code, error_of(response)["field"]) == (422, "erlang")


def test_it_says_that_a_run_has_no_network(script, make_run):
    response = script.get(f"/runs/{make_run().pk}/topology")
    assert (response.status_code, error_of(response)["code"]) == (404, "topology_not_found")
