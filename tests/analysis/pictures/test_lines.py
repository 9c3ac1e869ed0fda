import math

import pytest

from runs.analysis.pictures.lines import MOST_SERIES, Point, Series, line_chart
from runs.analysis.pictures.plot import Name, View
from tests.analysis.pictures.reading import numbers, parse, tags, texts, tips

X, Y = Name("offered load", "Erlang"), Name("blocking probability")


def series(*ys, label="A", index=0, half=None):
    points = [
        Point(100.0 + 50 * at, y, *((y - half, y + half) if half and y is not None else ()), n=20)
        for at, y in enumerate(ys)
    ]
    return Series(label, points, index)


def draw(*lines, **fields):
    return line_chart(lines, title="Blocking", x=X, y=Y, **fields)


def dots(drawing):
    return [
        (float(c.get("cx")), float(c.get("cy"))) for c in tags(parse(drawing.on_page()), "circle")
    ]


def curves(drawing):
    return [p.get("d") for p in tags(parse(drawing.on_page()), "path") if "curve" in p.get("class")]


def test_it_names_the_axes_with_their_units():
    assert {"offered load [Erlang]", "blocking probability"} <= set(
        texts(parse(draw(series(1, 2)).on_page()))
    )


def test_it_draws_higher_values_higher_and_later_ones_further_right():
    (x1, y1), (x2, y2) = dots(draw(series(0.1, 0.2)))
    assert x1 < x2 and y1 > y2


def test_it_says_value_interval_and_n_of_each_point():
    assert tips(parse(draw(series(0.5, half=0.1)).on_page())) == [
        "A\noffered load 100 Erlang: 0.5 (95 % CI 0.4 to 0.6, n = 20)"
    ]


def test_it_breaks_the_line_where_a_value_is_missing_and_says_where():
    drawing = draw(series(1, None, 2, 3))
    assert [d.count("L") for d in curves(drawing)] == [0, 1]
    assert "A: no value at 150." in drawing.notes


def test_it_has_a_band_where_there_are_intervals():
    root = parse(draw(series(1, 2, 3, half=0.5)).on_page())
    assert [p.get("d").count("L") for p in tags(root, "path") if p.get("class") == "p-band"] == [5]


def test_it_stops_the_band_where_an_interval_is_missing():
    points = [Point(1, 1, 0, 2), Point(2, 1), Point(3, 1, 0, 2), Point(4, 1, 0, 2)]
    root = parse(draw(Series("A", points, 0)).on_page())
    (band,) = [p.get("d") for p in tags(root, "path") if p.get("class") == "p-band"]
    assert band.count("M") == 2


def test_it_draws_zeros_below_a_log_axis_with_a_mark_and_says_so():
    drawing = draw(series(0.0, 1e-4, 1e-2), log=True)
    root = parse(drawing.on_page())
    zero = tags(root, "circle")[0]
    assert zero.get("class") == "p-hollow"
    assert float(zero.get("cy")) > dots(drawing)[1][1]
    assert "0" in texts(root)
    assert any("1 value is zero: no logarithm" in note for note in drawing.notes)


def test_it_is_linear_where_no_value_is_above_zero():
    drawing = draw(series(0.0, 0.0), log=True)
    assert drawing.is_log is False
    assert "Nothing is above zero: the axis is linear." in drawing.notes


def test_it_keeps_a_band_that_reaches_below_zero_within_a_log_axis():
    drawing = draw(series(1e-3, 1e-2, half=5e-3), log=True)
    assert drawing.is_log and all(math.isfinite(number) for number in numbers(drawing))
    assert not any("zero" in note for note in drawing.notes)


def test_it_shows_the_part_somebody_wants_to_see():
    drawing = draw(series(1, 2, 3, 4), view=View(x=(140.0, 210.0)))
    assert drawing.zoom["data-x"].startswith("140.0 210.0")
    labels = texts(parse(drawing.on_page()))
    assert "150" in labels and "100" not in labels


def test_it_fits_the_height_to_the_part_that_is_shown():
    drawing = draw(series(1, 2, 3, 4000), view=View(x=(90.0, 210.0)))
    assert float(drawing.zoom["data-y"].split()[1]) < 10


def test_it_shows_the_height_somebody_wants_to_see():
    drawing = draw(series(1, 2, 3, 4), view=View(y=(1.5, 2.5)))
    assert drawing.zoom["data-y"].startswith("1.5 2.5")


def test_it_has_a_legend_of_several_lines_and_none_of_one():
    assert draw(series(1, 2)).legend == []
    both = draw(series(1, 2), series(2, 3, label="B", index=1))
    assert [(entry.label, entry.looks) for entry in both.legend] == [("A", "s1"), ("B", "s2")]


def test_it_repeats_its_eight_colours_with_dashes():
    drawing = draw(*(series(n, n + 1, label=f"line {n}", index=n) for n in range(20)))
    looks = [(entry.looks, entry.dash) for entry in drawing.legend]
    assert len(set(looks)) == 20
    assert looks[0] == ("s1", "") and looks[8] == ("s1", "dash1") and looks[16] == ("s1", "dash2")


def test_it_says_which_lines_it_does_not_draw():
    drawing = draw(*(series(1, 2, label=f"line {n}", index=n) for n in range(MOST_SERIES + 2)))
    assert "2 lines not drawn: line 20, line 21." in drawing.notes
    assert len(curves(drawing)) == MOST_SERIES


def test_it_leaves_bands_out_where_they_would_cover_each_other_and_says_so():
    drawing = draw(*(series(1, 2, label=f"{n}", index=n, half=0.1) for n in range(7)))
    assert "Confidence bands are drawn for up to 6 lines." in drawing.notes
    assert "p-band" not in drawing.on_page()


def test_it_says_the_figures_in_words_and_in_a_table():
    drawing = draw(series(0.1, 0.2), series(0.3, None, label="B", index=1))
    assert drawing.description == (
        "blocking probability against offered load [Erlang], 2 lines. "
        "A: 2 points, 0.1 (n = 20) at 100, 0.2 (n = 20) at 150. "
        "B: 1 point, 0.3 (n = 20) at 100, 0.3 (n = 20) at 100."
    )
    assert drawing.table.columns == ["offered load [Erlang]", "A", "B"]
    assert drawing.table.rows[1] == ["150", "0.2 (n = 20)", "no value"]


def test_it_has_a_log_axis_for_values_that_span_decades():
    points = [Point(x, 1.0) for x in (1.0, 10.0, 100.0, 1000.0)]
    xs = [x for x, _ in dots(draw(Series("A", points, 0)))]
    assert xs[1] - xs[0] == pytest.approx(xs[3] - xs[2], abs=0.2)


@pytest.mark.parametrize(
    "values",
    [[], [None], [None] * 1000, [5.0], [5.0] * 1000, [-3.0, -1.0], [0.0], [1e-300, 1e300],
     [5e-324], [-1.7e308, 1.7e308]],
)  # fmt: skip
@pytest.mark.parametrize("log", [False, True])
def test_it_draws_any_values(values, log):
    drawing = draw(series(*values), log=log)
    assert all(math.isfinite(number) for number in numbers(drawing))
    assert parse(drawing.standalone()).get("role") == "img"
    assert drawing.empty == (not [value for value in values if value is not None])


def test_it_says_that_there_are_no_values():
    assert "no values" in texts(parse(draw().on_page()))


def test_it_carries_title_legend_and_notes_into_the_file():
    drawing = draw(series(1, None), series(2, 3, label="B", index=1), notes=["Partial: 12 of 20."])
    labels = texts(parse(drawing.standalone()))
    assert {"Blocking", "A", "B", "Partial: 12 of 20.", "A: no value at 150."} <= set(labels)
    assert tags(parse(drawing.standalone()), "rect")[0].get("fill") == "#ffffff"
