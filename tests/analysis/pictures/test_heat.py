import pytest

from runs.analysis.pictures.colours import hexadecimal, legible_on, luminance, sequential
from runs.analysis.pictures.gallery import Wish, draw
from tests.analysis.pictures.reading import parse, tags, texts, tips
from tests.analysis.pictures.stored import subject_of


def heat(means, columns=2, log=False, **fields):
    """Means row by row from the lowest, a column for each value of the first parameter."""
    settings = [[at % columns, 10 * (at // columns)] for at in range(len(means))]
    points = [[[] if mean is None else [mean]] for mean in means]
    subject = subject_of(
        "sweep", points, parameters=["net.k_paths", "net.load"], settings=settings, **fields
    )
    return draw("heat", subject, Wish(log=log))


def cells(drawing):
    """{(left, top): colour} of the cells, in pixels."""
    (group,) = [g for g in tags(parse(drawing.on_page()), "g") if g.get("class") == "p-cell"]
    return {(float(r.get("x")), float(r.get("y"))): r.get("fill") for r in group}


def test_it_puts_the_first_parameter_across_and_the_second_up():
    drawing = heat([1.0, 2.0, 3.0, 4.0])
    ordered = sorted(cells(drawing), key=lambda place: (-place[1], place[0]))
    colours = [cells(drawing)[place] for place in ordered]
    assert colours == [hexadecimal(sequential(n / 3)) for n in range(4)]
    assert {"k_paths", "load", "blocking probability"} <= set(texts(parse(drawing.on_page())))


def test_it_writes_the_means_into_cells_that_have_room():
    assert {"0.123", "4.5e-6", "7"} <= set(
        texts(parse(heat([0.12345, 4.5e-6, 7.0, 1.0]).on_page()))
    )


def test_it_leaves_the_means_out_where_they_would_not_fit():
    drawing = heat([0.12345] * 49 + [0.5], columns=25)
    assert "0.123" not in texts(parse(drawing.on_page())) and drawing.is_wide


def test_it_hatches_what_has_no_value_and_says_which():
    drawing = heat([1.0, None, 2.0, 3.0])
    hatched = [p for p in tags(parse(drawing.on_page()), "path") if p.get("class") == "p-hatch"]
    assert [path.get("data-tip") for path in hatched] == ["k_paths 1, load 0\nno value"]
    assert "1 cell has no value, hatched: k_paths 1, load 0." in drawing.notes


def test_it_tells_each_cell_in_full():
    assert "k_paths 0, load 10\n3 (n = 1)" in tips(parse(heat([1.0, 2.0, 3.0, 4.0]).on_page()))


def test_it_has_even_colours_for_even_ratios_on_a_log_scale():
    colours = sorted(set(cells(heat([1e-6, 1e-5, 1e-4, 1e-3], log=True)).values()))
    assert colours == sorted(hexadecimal(sequential(n / 3)) for n in range(4))


def test_it_colours_zeros_of_a_log_scale_as_the_least_and_says_so():
    drawing = heat([0.0, 1e-3, 1e-2, 1e-1], log=True)
    assert list(cells(drawing).values()).count(hexadecimal(sequential(0.0))) == 2
    assert any("1 value is zero" in note for note in drawing.notes)


def test_it_has_one_colour_where_all_are_equal():
    assert len(set(cells(heat([5.0] * 4)).values())) == 1


def test_it_has_the_figures_as_a_table_from_the_top():
    table = heat([1.0, 2.0, 3.0, None]).table
    assert table.columns == ["load ↓ k_paths →", "0", "1"]
    assert table.rows == [["10", "3 (n = 1)", "no value"], ["0", "1 (n = 1)", "2 (n = 1)"]]


def test_it_says_least_and_greatest_in_words():
    assert (
        "Least 1 (n = 1) at 0, 0; greatest 4 (n = 1) at 1, 10."
        in heat([1.0, 2.0, 3.0, 4.0]).description
    )


def test_it_rises_in_brightness_for_those_who_see_no_colour():
    shades = [luminance(sequential(n / 40)) for n in range(41)]
    assert shades == sorted(shades)
    assert (hexadecimal(sequential(-1)), hexadecimal(sequential(2))) == ("#00224e", "#fee838")


@pytest.mark.parametrize("n", range(11))
def test_it_writes_on_every_colour_so_that_it_can_be_read(n):
    ground = luminance(sequential(n / 10))
    ink = 0.0 if legible_on(sequential(n / 10)) == "on-light" else 1.0
    high, low = max(ground, ink), min(ground, ink)
    assert (high + 0.05) / (low + 0.05) >= 4.5
