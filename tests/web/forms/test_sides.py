"""The two sides of a comparison as rows."""

import pytest
from django.http import QueryDict

from runs.web.forms.sides import MOST_ROWS, sides_of_form, sides_of_points


def typed(*rows):
    sent = QueryDict(mutable=True)
    for name, column in zip(("side_key", "side_a", "side_b"), zip(*rows, strict=True), strict=True):
        sent.setlist(name, column)
    return sides_of_form(sent, "ini")


def test_it_reads_values_as_a_command_line_does():
    sides = typed(("a.b", "1", "0.5"), ("a.c", "", "word"), ("d.e", '"7"', "[1, 2]"))
    assert sides.overrides == [
        {"a": {"b": 1}, "d": {"e": "7"}},
        {"a": {"b": 0.5, "c": "word"}, "d": {"e": [1, 2]}},
    ]
    assert sides.faults == []


def test_it_passes_over_empty_rows_and_offers_more():
    sides = typed(("", "", ""), ("a.b", "1", ""), (" ", "", ""))
    assert [row.key for row in sides.shown] == ["", "a.b", "", ""]
    assert sides.faults == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "1", ""), "which key"),
        (("a.b", "", ""), "in A, in B"),
        (("b", "1", ""), "section.key"),
        (("a..b", "1", ""), "section.key"),
        (("a.b", "9" * 9999, ""), ""),
    ],
)
def test_it_says_what_is_wrong_with_a_row(row, words):
    sides = typed(("a.ok", "1", "2"), row)
    assert sides.rows[0].fault == ""
    assert sides.rows[1].fault and words in sides.rows[1].fault


def test_it_takes_no_more_rows_than_may_differ():
    sides = typed(*[(f"a.b{n}", "1", "2") for n in range(MOST_ROWS + 5)])
    assert len(sides.rows) == MOST_ROWS + 1
    assert "At most" in sides.rows[-1].fault


def test_it_survives_columns_of_different_length():
    sent = QueryDict("side_key=a.b&side_key=a.c&side_a=1&side_b=2")
    assert len(sides_of_form(sent, "ini").rows) == 1


def test_it_shows_the_points_of_a_comparison_again():
    sides = sides_of_points([
        {"overrides": {"a": {"b": 1}}}, {"overrides": {"a": {"b": 2, "c": {"d": 3}}}},
    ])  # fmt: skip
    shown = [(row.key, row.a, row.b) for row in sides.rows]
    assert shown == [("a.b", "1", "2"), ("a.c.d", "", "3")]
