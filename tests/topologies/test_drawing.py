"""A network as a map."""

from runs.topologies.catalogue import BUNDLED, Topologies
from runs.topologies.drawing import DRAWN_MAX, HEIGHT, WIDTH, draw, step_of
from runs.topologies.network import read_topology
from runs.topologies.utilization import LoadedLink

from .conftest import TRIANGLE


def drawn(topology, share=None):
    return draw(topology, [LoadedLink(link, share) for link in topology.links])


def test_it_keeps_all_on_the_map():
    for topology in Topologies([BUNDLED]).all():
        drawing = drawn(topology)
        assert len(drawing.spots) == len(topology.nodes)
        for spot in drawing.spots:
            assert 0 < spot.x < WIDTH
            assert 0 < spot.label_y < HEIGHT


def test_it_places_nodes_on_a_circle_where_the_file_does_not():
    spots = drawn(read_topology("triangle", TRIANGLE)).spots
    assert len({(spot.x, spot.y) for spot in spots}) == 3
    assert (spots[0].x, spots[0].y) == (WIDTH / 2, 40.0)


def test_it_draws_the_same_map_twice():
    topology = read_topology("triangle", TRIANGLE)
    assert drawn(topology) == drawn(topology)


def test_it_tells_steps_apart():
    assert [step_of(share) for share in (0, 0.19, 0.2, 0.5, 0.79, 0.8, 1)] == [0, 0, 1, 2, 3, 4, 4]


def test_it_writes_figures_where_they_are_known():
    topology = read_topology("triangle", TRIANGLE)
    assert {line.percent for line in drawn(topology, 0.456).lines} == {46}
    assert {line.percent for line in drawn(topology).lines} == {None}


def test_it_draws_nothing_that_nobody_could_read():
    names = [str(n) for n in range(DRAWN_MAX + 1)]
    links = [{"source": "0", "destination": "1"}]
    assert drawn(read_topology("large", {"nodes": names, "links": links})) is None
