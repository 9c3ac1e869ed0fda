import random

import pytest

from runs.analysis.pictures.gallery import Wish, draw
from runs.analysis.pictures.histogram import MOST_BINS, bins_of
from tests.analysis.pictures.reading import parse, tags, texts, tips
from tests.analysis.pictures.stored import subject_of


def histogram(values, **wish):
    return draw("histogram", subject_of("repeat", [[values]]), Wish(**wish))


def bars(drawing):
    """[left, right, top, bottom] of each, in pixels."""
    groups = [g for g in tags(parse(drawing.on_page()), "g") if g.get("class") == "p-bars"]
    return [
        (x, x + float(bar.get("width")), y, y + float(bar.get("height")))
        for bar in groups[0]
        for x, y in [(float(bar.get("x")), float(bar.get("y")))]
    ]


def test_it_has_bins_as_freedman_and_diaconis_have_them():
    # quartiles 2.75 and 6.25 of 1 … 8: 2 · 3.5 / 8^(1/3) = 3.5; 7 / 3.5 = 2 bins
    bins = bins_of([1, 2, 3, 4, 5, 6, 7, 8])
    assert [(b.low, b.high, b.count) for b in bins] == [(1, 4.5, 4), (4.5, 8, 4)]


@pytest.mark.parametrize("log", [False, True])
def test_it_counts_every_value_once(log):
    random.seed(3)
    values = [random.lognormvariate(0, 2) for _ in range(500)]
    assert sum(each.count for each in bins_of(values, log=log)) == 500


def test_it_has_equal_ratios_on_a_log_axis():
    bins = bins_of([10.0**n for n in range(9)], log=True)
    ratios = [each.high / each.low for each in bins]
    assert len(bins) > 1 and ratios == pytest.approx([ratios[0]] * len(bins))


def test_it_has_no_more_bins_than_can_be_seen():
    assert len(bins_of([*range(1000), 1e6])) == MOST_BINS


def test_it_takes_sturges_rule_where_half_of_the_values_are_equal():
    assert len(bins_of([1.0] * 15 + [9.0])) == 5


def test_it_has_one_bin_of_equal_values():
    assert [(b.low, b.high, b.count) for b in bins_of([0.25] * 7)] == [(0.25, 0.25, 7)]
    (left, right, _, _) = bars(histogram([0.25] * 7))[0]
    assert right - left >= 2


def test_it_draws_more_values_higher():
    first, second = bars(histogram([1, 1, 1, 1, 1, 8, 8]))[
        :: len(bars(histogram([1] * 5 + [8] * 2))) - 1
    ]
    assert first[2] < second[2] and first[3] == second[3]


def test_it_draws_zeros_in_a_bar_of_their_own_below_a_log_axis():
    drawing = histogram([0.0, 0.0, 1e-3, 1e-2, 1e-1], log=True)
    root = parse(drawing.on_page())
    assert "0: 2 iterations" in tips(root)
    assert min(left for left, *_ in bars(drawing)) == bars(drawing)[-1][0]
    assert ["zero or less", "2 iterations"] in drawing.table.rows
    assert any("2 values are zero" in note for note in drawing.notes)


def test_it_marks_mean_median_percentiles_and_interval():
    drawing = histogram([1.0, 2.0, 3.0, 4.0])
    labels = [entry.label for entry in drawing.legend]
    assert labels == ["iterations", "mean 2.5", "median 2.5", "5th and 95th percentile",
                      "95 % CI of the mean"]  # fmt: skip
    series = {g.get("data-series") for g in tags(parse(drawing.on_page()), "g")}
    assert {"0", "1", "2", "3", "4"} <= series


def test_it_puts_the_mean_where_its_value_is():
    drawing = histogram([1.0, 2.0, 3.0, 6.0])
    low, high, base, _ = drawing.zoom["data-x"].split()
    left, _, right, _ = map(float, drawing.zoom["data-box"].split())
    mean = next(g for g in tags(parse(drawing.on_page()), "g") if g.get("data-series") == "1")
    pixel = float(tags(mean, "line")[0].get("x1"))
    value = float(low) + (pixel - float(base)) / (right - left) * (float(high) - float(low))
    assert value == pytest.approx(3.0, abs=0.01)


def test_it_counts_iterations_in_whole_numbers():
    assert "0.5" not in texts(parse(histogram([1.0, 2.0]).on_page()))


def test_it_says_what_completed_iterations_lack():
    subject = subject_of("repeat", [[[0.1, None, 0.2]]])
    subject.summary.cells[0].missing = 2
    notes = draw("histogram", subject, Wish()).notes
    assert "2 iterations do not have it." in notes
    assert "1 iteration wrote no finite number (NaN or infinity)." in notes
