import difflib

from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.diff import Change, diff_text, diff_values

TEXTS = st.lists(st.sampled_from("abcd"), max_size=30)


def test_it_tells_what_was_added_removed_and_changed():
    before = {"a": {"x": 1, "y": 2}, "b": 1, "flag": 1}
    after = {"a": {"x": 3, "z": {"w": 4}}, "b": 1, "flag": True}
    assert diff_values(before, after) == [
        Change("a.x", 1, 3, "changed"),
        Change("a.y", 2, None, "removed"),
        Change("a.z.w", None, 4, "added"),
        Change("flag", 1, True, "changed"),
    ]


def test_it_takes_a_section_that_became_a_value_for_a_change():
    assert diff_values({"a": {}}, {"a": None}) == [Change("a", {}, None, "changed")]


def test_it_has_no_hunks_where_only_line_ends_differ():
    assert diff_text("a\r\nb\r\n", "a\nb") == []


def test_it_numbers_lines_on_both_sides():
    before = "".join(f"{number}\n" for number in range(1, 21))
    [hunk] = diff_text(before, before.replace("10\n", "ten\nmore\n"))
    assert [(line.kind, line.old_line, line.new_line, line.text) for line in hunk] == [
        *((" ", number, number, str(number)) for number in (7, 8, 9)),
        ("-", 10, None, "10"),
        ("+", None, 10, "ten"),
        ("+", None, 11, "more"),
        *((" ", number, number + 1, str(number)) for number in (11, 12, 13)),
    ]


def test_it_keeps_far_changes_in_hunks_of_their_own():
    before = "".join(f"{number}\n" for number in range(40))
    after = before.replace("\n3\n", "\nx\n").replace("\n30\n", "\ny\n")
    assert len(diff_text(before, after)) == 2


def test_it_shows_one_change_of_a_text_too_long_to_match():
    lines = ["x"] * 20_000
    [hunk] = diff_text("\n".join(["a", *lines, "b"]), "\n".join(["a", *lines[:199], "y", "b"]))
    assert [line.kind for line in hunk[:4]] == [" ", " ", " ", "-"]
    assert [(line.kind, line.text) for line in hunk[-3:]] == [("-", "x"), ("+", "y"), (" ", "b")]
    assert diff_text("\n".join(lines), "\n".join(lines)) == []


@given(TEXTS, TEXTS)
def test_it_says_the_same_as_a_unified_diff(before, after):
    expected = [
        line
        for line in difflib.unified_diff(before, after, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    hunks = diff_text("\n".join([*before, ""]), "\n".join([*after, ""]))
    assert [line.kind + line.text for hunk in hunks for line in hunk] == expected
