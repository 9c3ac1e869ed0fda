"""The networks there are, in step with the disk."""

import copy

import pytest

from runs.errors import TopologyNotFound
from runs.topologies.catalogue import BUNDLED, Topologies
from runs.topologies.network import Unfit, read_topology

from .conftest import TRIANGLE


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def folder(tmp_path, networks):
    networks("triangle", TRIANGLE)
    return tmp_path / "networks"


def test_it_knows_the_bundled_networks():
    names = [topology.name for topology in Topologies([BUNDLED]).all()]
    assert names == ["nsfnet", "single_link", "toy", "usbackbone24"]


def test_it_reads_nodes_and_links():
    nsfnet = Topologies([BUNDLED]).get("nsfnet")
    assert (len(nsfnet.nodes), len(nsfnet.links)) == (14, 21)
    assert nsfnet.links[0].length_km > 0


def test_it_takes_a_network_without_places_or_lengths(folder):
    triangle = Topologies([folder]).get("triangle")
    assert [node.x for node in triangle.nodes] == [None] * 3
    assert triangle.length_km == 30.5


def test_it_prefers_the_first_folder(folder, networks):
    networks("toy", {**TRIANGLE, "title": "Ours"})
    assert Topologies([folder, BUNDLED]).get("toy").title == "Ours"


@pytest.mark.parametrize("name", ["none", "", "../networks/triangle", "triangle.json", "\0"])
def test_it_finds_nothing_that_is_not_listed(folder, name):
    with pytest.raises(TopologyNotFound):
        Topologies([folder]).get(name)


def test_it_notices_changes_within_a_second(folder, networks):
    clock = Clock()
    known = Topologies([folder], clock)
    assert known.count() == 1
    networks("other", TRIANGLE)
    (folder / "triangle.json").unlink()
    clock.now = 0.9
    assert [topology.name for topology in known.all()] == ["triangle"]
    clock.now = 1.0
    assert [topology.name for topology in known.all()] == ["other"]


def test_it_reads_no_file_twice_that_has_not_changed(folder):
    clock = Clock()
    known = Topologies([folder], clock)
    before = known.get("triangle")
    clock.now = 5.0
    assert known.get("triangle") is before


def test_it_says_why_a_file_is_none(folder, networks):
    networks("broken", "{")
    (folder / "folder.json").mkdir()
    (folder / "dangling.json").symlink_to(folder / "nowhere")
    (folder / ".hidden.json").write_text("{")
    faults = {fault.path.rpartition("/")[2]: fault.reason for fault in Topologies([folder]).faults}
    assert faults["broken.json"].startswith("does not parse")
    assert faults["folder.json"] == "is not a file."
    assert faults.keys() == {"broken.json", "folder.json"}


def test_it_makes_do_without_its_folder(tmp_path):
    assert Topologies([tmp_path / "none", BUNDLED]).count() == 4


def changed(**changes):
    return {**copy.deepcopy(TRIANGLE), **changes}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "no object"),
        ({}, "list of nodes"),
        (changed(nodes="A"), "list of nodes"),
        (changed(nodes=["A", "A"]), "two nodes of one name"),
        (changed(nodes=[1]), "without a name"),
        (changed(nodes=["a" * 101]), "at most 100"),
        (changed(nodes=[{"name": "A", "x": 2, "y": 0}]), "between 0 and 1"),
        (changed(nodes=[str(n) for n in range(2001)]), "more than 2,000"),
        (changed(links=[]), "list of links"),
        (changed(links=["A"]), "no object"),
        (changed(links=[{"source": "A", "destination": "B"}]), "does not join"),
        (changed(links=[{"source": "A", "destination": "A"}]), "does not join"),
        (changed(links=[{"source": ["A"], "destination": {}}]), "does not join"),
        (changed(links=[{"source": "A", "destination": "Ü", "length_km": -1}]), "negative"),
    ],
)
def test_it_refuses_what_is_no_network(document, reason):
    with pytest.raises(Unfit, match=reason):
        read_topology("x", document)


@pytest.mark.parametrize("length", [None, "10", True, float("nan"), 10**400, [1]])
def test_it_knows_no_length_that_is_no_number(length):
    links = [{"source": "A", "destination": "Ü", "length_km": length}]
    assert read_topology("x", changed(links=links)).links[0].length_km is None
