"""Every kind of picture, of any values there may be."""

import math
import random

import pytest

from runs.analysis.pictures.gallery import KINDS, Wish, draw, kinds_of
from runs.analysis.pictures.plot import View
from tests.analysis.pictures.reading import numbers, parse, texts
from tests.analysis.pictures.stored import compared, subject_of

LOADS = (100.0, 200.0)
random.seed(6)
THOUSAND = [random.lognormvariate(-4, 1) for _ in range(1000)]
VALUES = {
    "none": [],
    "one": [0.5],
    "two": [0.25, 0.5],
    "thousand": THOUSAND,
    "equal": [0.25] * 20,
    "zeros": [0.0] * 20,
    "negative": [-3.0, -2.0, -1.5],
    "mixed": [-1.0, 0.0, 1e-9, 2.0],
    "nan only": [None, None, None],
    "some nan": [0.1, None, 0.3],
    "extreme": [-1.7e308, 5e-324, 1.7e308],
}


def repeat(values):
    return subject_of("repeat", [[values, values]], xs=LOADS, x_name="erlang")


def compare(values):
    return subject_of("compare", [[values, values], [values, values[:-1]]], ["A", "B"], xs=LOADS)


def sweep(values):
    points = [[values, values] for _ in range(3)]
    return subject_of("sweep", points, xs=LOADS, parameters=["s.k"], settings=[[1], [2], [5]])


def grid(values):
    points = [[values, values], [[], []], [values, values], [values, values]]
    settings = [[1, 0.1], [1, 0.2], [2, 0.1], [2, 0.2]]
    return subject_of("sweep", points, xs=LOADS, parameters=["s.k", "s.l"], settings=settings)


MAKERS = {
    "histogram": repeat, "strip": repeat, "pairs": compare, "boxes": compare, "curve": compare,
    "line": sweep, "heat": grid,
}  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("kind", MAKERS)
def test_it_draws_any_values(kind, name, log):
    drawing = draw(kind, MAKERS[kind](VALUES[name]), Wish(x=200.0, log=log))
    assert all(math.isfinite(number) for number in numbers(drawing))
    assert parse(drawing.standalone()).get("role") == "img"
    finite = [value for value in VALUES[name] if value is not None]
    assert drawing.empty == (not finite or (kind == "pairs" and len(finite) == 1))


@pytest.mark.parametrize("kind", MAKERS)
def test_it_says_that_there_is_nothing_yet(kind):
    drawing = draw(kind, MAKERS[kind]([]), Wish(x=200.0))
    assert drawing.empty and not drawing.zoom and drawing.description
    assert kind == "heat" or any(text.startswith("no ") for text in texts(parse(drawing.on_page())))


HOSTILE = '"/><script>alert(1)</script>&\x00\x1b]]>\ud800'


@pytest.mark.parametrize("kind", MAKERS)
def test_it_is_well_formed_with_hostile_names(kind):
    made = MAKERS[kind]([0.1, 0.2, 0.9])
    fields = {**made.__dict__, "labels": [HOSTILE] * len(made.labels)}
    fields["summary"] = made.summary.model_copy(
        update={"label": HOSTILE, "unit": HOSTILE, "x_name": HOSTILE}
    )
    fields["parameters"] = [HOSTILE for _ in made.parameters]
    drawing = draw(
        kind,
        type(made)(
            **fields,
        ),
        Wish(x=200.0),
    )
    for text in (drawing.on_page(), drawing.standalone()):
        assert not [element for element in parse(text).iter() if "script" in element.tag]
    for entry in drawing.legend:
        assert "script" not in entry.swatch_on_page()


@pytest.mark.parametrize("kind", MAKERS)
def test_it_has_the_figures_in_words_and_in_a_table(kind):
    drawing = draw(kind, MAKERS[kind]([0.25, 0.5, 0.75]), Wish(x=200.0))
    root = parse(drawing.on_page())
    assert [child.text for child in root[:2]] == [drawing.title, drawing.description]
    assert "blocking probability" in drawing.title.lower()
    assert all(len(row) == len(drawing.table.columns) for row in drawing.table.rows)
    assert drawing.table.rows


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"heat"}))
def test_it_zooms_without_losing_its_frame(kind):
    view = View(x=(0.2, 0.21), y=(0.2, 0.3))
    drawing = draw(kind, MAKERS[kind]([0.25, 0.5, 0.75]), Wish(x=200.0, view=view))
    assert drawing.zoom["data-box"]
    assert all(abs(number) < 1e6 for number in numbers(drawing))


def test_it_marks_what_is_partial():
    subject = subject_of("repeat", [[[0.1, 0.2]]], partial="partial: 12 of 20")
    drawing = draw("histogram", subject, Wish())
    assert drawing.partial == "partial: 12 of 20"
    assert "Histogram of blocking probability (partial: 12 of 20)" in texts(
        parse(drawing.standalone())
    )


def test_it_has_pictures_for_each_kind_of_batch():
    assert kinds_of(repeat([1.0])) == ["histogram", "strip", "curve"]
    assert kinds_of(compare([1.0])) == ["pairs", "boxes", "curve"]
    assert kinds_of(sweep([1.0])) == ["line", "curve"]
    assert kinds_of(grid([1.0])) == ["heat"]
    assert kinds_of(subject_of("repeat", [[[1.0]]])) == ["histogram", "strip"]
    assert set(MAKERS) == set(KINDS)


def test_it_knows_no_other_picture():
    with pytest.raises(KeyError):
        draw("heat", repeat([1.0]), Wish(x=200.0))


def test_it_draws_the_load_that_is_asked_for():
    subject = subject_of("repeat", [[[1.0], [2.0]]], xs=LOADS, x_name="erlang")
    low, high = (draw("strip", subject, Wish(x=x)) for x in LOADS)
    assert (low.table.rows, high.table.rows) == ([["0", "1"]], [["0", "2"]])
    assert low.title == "Blocking probability of each iteration at 100 Erlang"


def test_it_overlays_a_and_b_over_the_load_in_their_colours():
    drawing = draw("curve", compare([0.1, 0.2]), Wish())
    assert [(entry.label, entry.looks) for entry in drawing.legend] == [("A", "s1"), ("B", "s2")]


def test_it_draws_as_many_values_of_a_sweep_as_can_be_told_apart_and_says_which():
    settings = [[float(k)] for k in range(50)]
    points = [[[0.1], [0.2]]] * 50
    subject = subject_of("sweep", points, xs=LOADS, parameters=["s.k"], settings=settings)
    drawing = draw("curve", subject, Wish())
    assert len(drawing.legend) == 8
    assert "8 of 50 values of k are drawn: 0, 7, 14, 21, 28, 35, 42, 49." in drawing.notes


def test_it_draws_a_sweep_in_rising_order_of_its_values():
    points = [[[0.3]], [[0.1]], [[0.2]]]
    subject = subject_of("sweep", points, parameters=["s.k"], settings=[[9], [1], [5]])
    drawing = draw("line", subject, Wish())
    assert [row[0] for row in drawing.table.rows] == ["1", "5", "9"]
    assert drawing.title == "Blocking probability over k"


def test_it_says_what_completed_iterations_lack():
    subject = subject_of("sweep", [[[0.1, None]]], parameters=["s.k"], settings=[[1]])
    assert "1 value not finite (NaN or infinity)." in draw("line", subject, Wish()).notes


def test_it_compares_where_the_analysis_has():
    a, b = [0.2, 0.3, 0.4], [0.1, 0.25, 0.3]
    subject = subject_of("compare", [[a], [b]], ["A", "B"], comparisons=[compared(a, b)])
    drawing = draw("pairs", subject, Wish())
    assert "mean difference -0.08333" in [entry.label for entry in drawing.legend]
    assert drawing.description.endswith("B blocks 18 % less than A.")
