"""Networks in the browser."""

import pytest

from runs.models import Project
from tests.topologies.conftest import TRIANGLE, networks, simulated  # noqa: F401


@pytest.fixture(autouse=True)
def ours(networks):  # noqa: F811
    networks("triangle", TRIANGLE)
    return networks


def html_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_it_lists_networks(client, member):
    client.force_login(member)
    html = html_of(client, "/topologies/")
    assert 'href="/topologies/nsfnet/"' in html
    assert "Triangle" in html


def test_it_tells_staff_alone_what_is_no_network(client, member, staff, ours):
    ours("broken", "{")
    client.force_login(member)
    assert "broken.json" not in html_of(client, "/topologies/")
    client.force_login(staff)
    assert "broken.json" in html_of(client, "/topologies/")


def test_it_draws_a_network_with_all_it_says_as_text(client, member):
    client.force_login(member)
    html = html_of(client, "/topologies/triangle/")
    assert html.count('<circle class="node"') == 3
    assert "&lt;b&gt;" in html
    assert ">20.5 km<" in html
    assert " style=" not in html


def test_it_writes_coordinates_without_separators_of_thousands(client, member):
    client.force_login(member)
    assert 'viewBox="0 0 1000.0 560.0"' in html_of(client, "/topologies/nsfnet/")


def test_it_shows_how_full_a_run_left_the_links(client, member, simulated):  # noqa: F811
    run = simulated(at_50=0.2, at_300=0.75)
    client.force_login(member)
    html = html_of(client, f"/topologies/nsfnet/?run={run.pk}")
    assert "Seattle – Palo Alto: 75 %" in html
    assert "at 300 Erlang" in html
    assert "Palo Alto: 20 %" in html_of(client, f"/topologies/nsfnet/?run={run.pk}&erlang=50.0")


def test_it_leads_from_a_run_to_its_network(client, member, simulated):  # noqa: F811
    run = simulated(at_50=0.2)
    client.force_login(member)
    assert f'href="/topologies/nsfnet/?run={run.pk}"' in html_of(client, f"/runs/{run.pk}/")


@pytest.mark.parametrize(
    ("query", "status"),
    [("run=none", 404), ("erlang=much", 422), ("erlang=7", 422), ("erlang=nan", 422)],
)
def test_it_refuses_what_there_is_not(client, member, simulated, query, status):  # noqa: F811
    query = query if query.startswith("run") else f"run={simulated(at_50=0.2).pk}&{query}"
    client.force_login(member)
    assert client.get(f"/topologies/nsfnet/?{query}").status_code == status


def test_it_shows_no_run_on_a_network_it_did_not_use(client, member, simulated):  # noqa: F811
    client.force_login(member)
    assert client.get(f"/topologies/toy/?run={simulated().pk}").status_code == 404


def test_it_shows_nobody_a_run_they_do_not_see(client, other_member, simulated):  # noqa: F811
    run = simulated(at_50=0.2)
    Project.objects.update(is_open=False)
    client.force_login(other_member)
    assert client.get(f"/topologies/nsfnet/?run={run.pk}").status_code == 404


def test_it_knows_no_other_network(client, member):
    client.force_login(member)
    for name in ("none", "..%2f..%2fetc", "nsfnet.json"):
        assert client.get(f"/topologies/{name}/").status_code == 404
