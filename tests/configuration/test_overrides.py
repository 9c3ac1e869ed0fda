import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.overrides import check_overrides, merge, parse_override
from runs.errors import InvalidInput

NESTED = st.recursive(
    st.integers() | st.text("ab"),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner),
    max_leaves=6,
)
SECTIONS = st.dictionaries(st.sampled_from("abc"), NESTED, max_size=3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("general.seed=7", {"general": {"seed": 7}}),
        ("a.b.c=-1.5e3", {"a": {"b": {"c": -1500.0}}}),
        ("top=true", {"top": True}),
        ("a.b=", {"a": {"b": ""}}),
        ("a.b=null", {"a": {"b": None}}),
        ("a.b=x=y", {"a": {"b": "x=y"}}),
        ("a.b='7'", {"a": {"b": "7"}}),
        ('a.b="', {"a": {"b": '"'}}),
        ("a.b=yes", {"a": {"b": "yes"}}),
        ("a.b=2020-01-01", {"a": {"b": "2020-01-01"}}),
        ('a.b=[1, {"x": 2}]', {"a": {"b": [1, {"x": 2}]}}),
        ("a.b=[1", {"a": {"b": "[1"}}),
        (" a . b = 1 ", {"a": {"b": 1}}),
    ],
)
def test_it_reads_an_override_of_a_command_line(text, expected):
    assert parse_override(text) == expected


@pytest.mark.parametrize("text", ["", "a.b", "=1", "a..b=1", ".=1", "a.b=.inf", "a.b=1e999"])
def test_it_refuses_an_override_that_says_nothing(text):
    with pytest.raises(InvalidInput):
        parse_override(text)


def deep(levels):
    return {"k": deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "overrides",
    [
        deep(5),
        {str(key): 1 for key in range(200)},
        {"a": list(range(200))},
        {"a": {"b": "x" * 100_000}},
        {"a": [[[["deep"]]]]},
    ],
)
def test_it_accepts_what_is_within_the_limits(overrides):
    assert check_overrides(overrides) is None


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (deep(6), "more than 5 levels"),
        (deep(900), "more than 5 levels"),
        ({"a": [[[[["deep"]]]]]}, "more than 5 levels"),
        ({str(key): 1 for key in range(201)}, "201 entries"),
        ({"a": list(range(201))}, "201 entries"),
        ({"a": {"b": "x" * 100_001}}, "a.b: has 100001 characters"),
        ({"a": float("nan")}, "finite"),
        ({"a": 10**400}, "digits"),
        ({"a": "\0"}, "cannot be kept"),
        ({"a\ud800": 1}, "cannot be kept"),
        ({"a": {1: 2}}, "no text"),
        ({"a": b"x"}, "bytes"),
    ],
)
def test_it_refuses_what_is_beyond_the_limits(overrides, words):
    with pytest.raises(InvalidInput, match=words):
        check_overrides(overrides)


def test_it_merges_sections_and_replaces_the_rest():
    values = {"a": {"x": 1, "y": [1, 2]}, "b": 3}
    overrides = {"a": {"y": [9]}, "b": {"z": 4}, "c": None}
    assert merge(values, overrides) == {"a": {"x": 1, "y": [9]}, "b": {"z": 4}, "c": None}


@given(SECTIONS, SECTIONS)
def test_merging_twice_is_merging_once_and_changes_neither_side(values, overrides):
    before = copy.deepcopy((values, overrides))
    merged = merge(values, overrides)
    assert merge(merged, overrides) == merged
    assert (values, overrides) == before
    assert merge({}, overrides) == overrides
