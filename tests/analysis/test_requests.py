"""What may be asked for: every refusal names its field."""

import math

import pytest

from runs.analysis.requests import Arm, points_of, read_values
from runs.errors import InvalidInput
from runs.models import Program

from .asking import comparison, sweep, wanted


@pytest.fixture
def program():
    return Program(slug="script", command="/bin/true {config}", config_format="ini")


@pytest.fixture
def ask(db, program):
    """`ask(sweep, …)`: the points of such a request."""
    return lambda make, *args, **fields: points_of(make(program, *args, **fields))


def field_of(ask, make, *args, **fields):
    with pytest.raises(InvalidInput) as caught:
        ask(make, *args, **fields)
    return caught.value.field


def test_it_has_one_point_for_a_repeat(ask):
    (point,) = ask(wanted)
    assert point.to_json() == {"label": "", "overrides": {}, "values": []}


def test_it_has_two_points_for_a_comparison(ask):
    a, b = ask(comparison, {"a": {"b": 1}}, {"a": {"b": 2}})
    assert (a.label, a.overrides) == ("A", {"a": {"b": 1}})
    assert (b.label, b.overrides) == ("B", {"a": {"b": 2}})


def test_it_lets_both_sides_be_equal(ask):
    a, b = ask(comparison, {}, {})
    assert a.overrides == b.overrides


def test_it_has_a_point_for_each_value_and_keeps_its_type(ask):
    points = ask(sweep, [1, 2.5, 1e-9])
    assert [point.label for point in points] == ["b=1", "b=2.5", "b=1e-09"]
    assert points[0].overrides == {"a": {"b": 1}}
    assert type(points[0].overrides["a"]["b"]) is int
    assert points[1].to_json()["values"] == [2.5]


def test_it_has_a_point_for_each_pair_of_a_grid(ask):
    points = ask(sweep, [1, 2], parameter_2="a.c", values_2=[7, 8])
    assert [point.values for point in points] == [(1, 7), (1, 8), (2, 7), (2, 8)]
    assert points[1].overrides == {"a": {"b": 1, "c": 8}}
    assert points[1].label == "b=1, c=8"


def test_it_writes_parameters_in_full_where_their_keys_are_the_same(ask):
    points = ask(sweep, [1], parameter_2="z.b", values_2=[2])
    assert points[0].label == "a.b=1, z.b=2"
    assert points[0].overrides == {"a": {"b": 1}, "z": {"b": 2}}


@pytest.mark.parametrize(("kind", "most"), [("repeat", 1000), ("compare", 500), ("sweep", 500)])
def test_it_has_a_limit_of_iterations_for_each_kind(ask, kind, most):
    make = {"repeat": wanted, "compare": comparison, "sweep": sweep}[kind]
    assert ask(make, num_iterations=most)
    assert field_of(ask, make, num_iterations=most + 1) == "num_iterations"
    assert field_of(ask, make, num_iterations=0) == "num_iterations"


@pytest.mark.parametrize("number", [True, 2.0, "3", None])
def test_it_counts_iterations_in_whole_numbers(ask, number):
    assert field_of(ask, wanted, num_iterations=number) == "num_iterations"


def test_it_allows_25_000_runs_and_no_more(ask):
    values = list(range(50))
    assert len(ask(sweep, values, num_iterations=500)) == 50
    more = {"parameter_2": "a.c", "values_2": [1, 2], "num_iterations": 251}
    assert field_of(ask, sweep, values, **more) == "num_iterations"


def test_it_has_fewer_than_a_thousand_pairs(ask):
    values = list(range(50))
    assert len(ask(sweep, values, parameter_2="a.c", values_2=list(range(19)))) == 950
    assert field_of(ask, sweep, values, parameter_2="a.c", values_2=list(range(20))) == "values_2"


@pytest.mark.parametrize("values", [[], list(range(51))])
def test_it_has_one_to_fifty_values(ask, values):
    assert field_of(ask, sweep, values) == "values"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "4", True, None, 10**300])
def test_it_names_the_value_that_is_no_finite_number(ask, value):
    assert field_of(ask, sweep, [1, 2, 3, value]) == "values.3"


@pytest.mark.parametrize("values", [[1, 2, 1], [1, 2, 1.0]])
def test_it_refuses_a_value_that_is_there_twice(ask, values):
    assert field_of(ask, sweep, values) == "values.2"


def test_it_names_the_value_of_the_second_parameter(ask):
    fields = {"parameter_2": "a.c", "values_2": [1, math.nan]}
    assert field_of(ask, sweep, [1], **fields) == "values_2.1"


@pytest.mark.parametrize("name", ["", "b", ".b", "a.", "a..b", "a.b.c.d.e.f", "x" * 201, "a.\0"])
def test_it_takes_parameters_of_section_and_key(ask, name):
    assert field_of(ask, sweep, [1], parameter=name) == "parameter"


def test_it_takes_a_key_at_the_top_where_there_are_no_sections(ask, program):
    program.config_format = "yaml"
    (point,) = ask(sweep, [1], parameter="b")
    assert point.overrides == {"b": 1}


@pytest.mark.parametrize("other", ["a.b", " a . b ", "a.b.c"])
def test_it_refuses_a_grid_of_one_parameter(ask, other):
    assert field_of(ask, sweep, [1], parameter_2=other, values_2=[1]) == "parameter_2"


def test_it_refuses_values_of_no_second_parameter(ask):
    assert field_of(ask, sweep, [1], values_2=[1]) == "parameter_2"


def test_it_refuses_an_unknown_kind(ask):
    assert field_of(ask, wanted, kind="ensemble") == "kind"


@pytest.mark.parametrize("points", [[], [Arm("A")], [Arm("A"), Arm("B"), Arm("C")]])
def test_it_compares_two(ask, points):
    assert field_of(ask, wanted, kind="compare", points=points) == "points"


def test_it_names_its_sides_itself_where_nobody_has(ask):
    points = ask(wanted, kind="compare", points=[Arm(), Arm("  ")])
    assert [point.label for point in points] == ["A", "B"]


@pytest.mark.parametrize(
    ("labels", "field"),
    [
        (("same", "same"), "b.label"),
        (("B", ""), "b.label"),
        (("x" * 51, "b"), "a.label"),
        (("a", "two\nlines"), "b.label"),
    ],
)
def test_it_refuses_labels_that_do_not_tell_them_apart(ask, labels, field):
    points = [Arm(label) for label in labels]
    assert field_of(ask, wanted, kind="compare", points=points) == field


@pytest.mark.parametrize(
    "overrides",
    [
        {"a": {"b": math.nan}},
        {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
        {"a": {str(n): n for n in range(201)}},
        {"a": {"b": "x" * 100_001}},
        {"a": {"b": list(range(201))}},
    ],
)
def test_it_holds_each_side_to_the_limits_of_overrides(ask, overrides):
    assert field_of(ask, comparison, overrides) == "a.overrides"
    assert field_of(ask, comparison, None, overrides) == "b.overrides"


@pytest.mark.parametrize("seed", [-1, 2**53 - 1, 2**53 + 1, 1.5, True])
def test_it_refuses_seeds_that_run_out_of_range(ask, seed):
    assert field_of(ask, wanted, base_seed=seed, num_iterations=3) == "base_seed"


def test_it_takes_the_last_seeds_there_are(ask):
    assert ask(wanted, base_seed=2**53 - 2, num_iterations=3)


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, 10_001])
def test_it_refuses_limits_of_slots_that_are_none(ask, limit):
    assert field_of(ask, wanted, max_running=limit) == "max_running"


@pytest.mark.parametrize(
    ("metrics", "field"),
    [
        (["a", "b", "a"], "metrics.2"),
        ([""], "metrics.0"),
        (["x" * 201], "metrics.0"),
        (["a\0"], "metrics.0"),
        ([7], "metrics.0"),
        ([str(n) for n in range(51)], "metrics"),
    ],
)
def test_it_refuses_names_of_metrics_that_are_none(ask, metrics, field):
    assert field_of(ask, wanted, metrics=metrics) == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"points": [Arm(), Arm()]}, "points"),
        ({"parameter": "a.b"}, "parameter"),
        ({"values": [1]}, "values"),
        ({"values_2": [1]}, "values_2"),
        ({"run": {"resume_from": "/x"}}, "resume_from"),
        ({"run": {"purpose": "test"}}, "purpose"),
    ],
)
def test_it_refuses_what_belongs_to_another_kind(ask, fields, field):
    assert field_of(ask, wanted, **fields) == field


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3", [1, 2, 3]),
        (" 1 ; 2.5\n1e-3 ", [1, 2.5, 0.001]),
        ("-4 +5 .5", [-4, 5, 0.5]),
        ("", []),
    ],
)
def test_it_reads_values_as_people_write_them(text, values):
    found = read_values(text)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


@pytest.mark.parametrize("text", ["1,x", "1,nan", "1,0x10", "1,1_000", "1,٣", "1," + "9" * 400])
def test_it_names_the_word_that_is_no_number(text):
    with pytest.raises(InvalidInput) as caught:
        read_values(text)
    assert caught.value.field == "values.1"


def test_it_reads_no_more_values_than_there_may_be():
    with pytest.raises(InvalidInput) as caught:
        read_values("1 " * 51, "values_2")
    assert caught.value.field == "values_2"
