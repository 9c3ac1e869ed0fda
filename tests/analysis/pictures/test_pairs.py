from runs.analysis.pictures.gallery import Wish, draw
from runs.analysis.pictures.pairs import MOST_STEMS
from tests.analysis.pictures.reading import parse, tags, texts, tips
from tests.analysis.pictures.stored import compared, subject_of


def pairs(a, b, **fields):
    subject = subject_of("compare", [[a], [b]], ["first fit", "best fit"], **fields)
    return draw("pairs", subject, Wish())


def dots(drawing):
    return [
        (float(c.get("cx")), float(c.get("cy"))) for c in tags(parse(drawing.on_page()), "circle")
    ]


def test_it_sorts_differences_and_draws_greater_ones_higher():
    drawing = pairs([1.0, 1.0, 1.0], [3.0, 0.5, 1.5])
    assert [row[3] for row in drawing.table.rows] == ["-0.5", "0.5", "2"]
    placed = sorted(dots(drawing))
    assert [y for _, y in placed] == sorted((y for _, y in placed), reverse=True)


def test_it_tells_seed_difference_and_both_values():
    drawing = pairs([1.0], [3.0], base_seed=7)
    assert tips(parse(drawing.on_page())) == ["seed 7: 2\nfirst fit 1, best fit 3"]


def test_it_counts_who_is_larger_in_their_colours():
    drawing = pairs([1.0, 1.0, 1.0, 1.0], [2.0, 0.5, 0.4, 1.0])
    assert [(entry.label, entry.looks) for entry in drawing.legend] == [
        ("first fit larger: 2 pairs", "s1"),
        ("best fit larger: 1 pair", "s2"),
        ("equal: 1 pair", "plain"),
    ]


def test_it_says_which_seeds_have_no_pair():
    drawing = pairs([1.0, None, 1.0, 2.0], [2.0, 1.0, None], base_seed=10)
    assert "Seeds of first fit without a pair: 12, 13." in drawing.notes
    assert "Seed of best fit without a pair: 11." in drawing.notes
    assert len(drawing.table.rows) == 1


def test_it_says_that_there_is_no_pair():
    drawing = pairs([1.0, None], [None, 1.0])
    assert drawing.empty and "no seed that both have" in texts(parse(drawing.on_page()))
    assert len(drawing.notes) >= 2


def test_it_marks_the_mean_difference_and_its_interval():
    a, b = [1.0, 2.0, 3.0], [2.0, 2.5, 4.5]
    drawing = pairs(a, b, comparisons=[compared(a, b)])
    assert [entry.label for entry in drawing.legend][-2:] == ["mean difference 1", "its 95 % CI"]


def test_it_marks_no_mean_of_differences_where_the_comparison_was_unpaired():
    a, b = [1.0, 2.0, 3.0], [2.0, 2.5, 4.5]
    unpaired = compared(a, b).model_copy(update={"paired": False})
    drawing = pairs(a, b, comparisons=[unpaired])
    assert not any("mean" in entry.label for entry in drawing.legend)


def test_it_always_shows_where_zero_is():
    assert "0.0" in texts(parse(pairs([1.0, 1.0], [5.0, 6.0]).on_page())) or "0" in texts(
        parse(pairs([1.0, 1.0], [5.0, 6.0]).on_page())
    )


def test_it_draws_dots_alone_where_stems_would_be_a_wall():
    def stems(n):
        drawing = pairs([1.0] * n, [2.0] * n)
        return [g for g in tags(parse(drawing.on_page()), "g") if g.get("class") == "p-stem"]

    assert len(stems(MOST_STEMS)) == MOST_STEMS
    assert not stems(MOST_STEMS + 1)


def test_it_has_no_log_axis():
    assert pairs([1.0], [2.0]).is_log is None
