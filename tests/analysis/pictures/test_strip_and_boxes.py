import pytest

from runs.analysis.pictures.boxes import box_of
from runs.analysis.pictures.gallery import Wish, draw
from tests.analysis.pictures.reading import parse, tags, texts, tips
from tests.analysis.pictures.stored import subject_of


def strip(values, base_seed=0, **wish):
    return draw("strip", subject_of("repeat", [[values]], base_seed=base_seed), Wish(**wish))


def boxes(a, b, **wish):
    return draw("boxes", subject_of("compare", [[a], [b]], ["first fit", "best fit"]), Wish(**wish))


def circles(drawing):
    return [
        (float(c.get("cx")), float(c.get("cy"))) for c in tags(parse(drawing.on_page()), "circle")
    ]


def test_it_draws_each_iteration_as_a_dot_that_tells_its_seed():
    drawing = strip([0.1, None, 0.3], base_seed=40)
    assert tips(parse(drawing.on_page())) == ["seed 40: 0.1", "seed 42: 0.3"]


def test_it_puts_dots_at_the_same_height_each_time_and_apart():
    once, again = circles(strip([0.5] * 50)), circles(strip([0.5] * 50))
    assert once == again
    assert len({y for _, y in once}) == 50


def test_it_keeps_the_height_of_a_dot_as_more_come():
    assert circles(strip([0.5, 0.5]))[1][1] == circles(strip([0.5, 0.5, 0.7, 0.9]))[1][1]


def test_it_draws_zeros_at_the_end_of_a_log_axis_and_says_so():
    drawing = strip([0.0, 1e-3, 1e-1], log=True)
    (zero, _), (first, _), _ = circles(drawing)
    assert first - zero > 20
    assert any("1 value is zero" in note for note in drawing.notes)


def test_it_has_tukeys_whiskers_and_what_lies_beyond():
    box = box_of(list(enumerate([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 20.0])))
    assert (box.first, box.median, box.third) == (3.0, 5.0, 7.0)
    assert (box.lower, box.upper) == (1.0, 8.0)
    assert box.outliers == [(8, 20.0)]


def test_it_has_a_box_of_one_value():
    assert box_of([(0, 2.0)]).__dict__ == {
        "lower": 2.0, "first": 2.0, "median": 2.0, "third": 2.0, "upper": 2.0, "outliers": []
    }  # fmt: skip


def test_it_draws_a_and_b_in_their_colours_with_their_names():
    root = parse(boxes([0.1, 0.2, 0.3], [0.2, 0.3]).on_page())
    assert {"first fit (n = 3)", "best fit (n = 2)"} <= set(texts(root))
    rows = [g.get("class") for g in tags(root, "g") if g.get("data-series")]
    assert rows == ["p-s1", "p-s2"]


def test_it_tells_quartiles_mean_and_outliers():
    told = tips(parse(boxes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 20.0], [1.0]).on_page()))
    assert "first fit\nmedian 5, quartiles 3 to 7, whiskers 1 to 8" in told
    assert "first fit\nseed 8: 20" in told
    assert any(tip.startswith("first fit\nmean 6.222 (95 % CI") for tip in told)


def test_it_says_that_one_side_has_nothing():
    drawing = boxes([0.1, 0.2], [None])
    assert "best fit (n = 0)" in texts(parse(drawing.on_page()))
    assert "best fit: 1 iteration wrote no finite number (NaN or infinity)." in drawing.notes
    assert drawing.table.rows[1] == ["best fit", "0", *["–"] * 7]


@pytest.mark.parametrize("log, looks", [(True, True), (False, False)])
def test_it_has_the_axis_that_is_asked_for(log, looks):
    assert boxes([0.1, 0.2], [0.3], log=log).is_log is looks
