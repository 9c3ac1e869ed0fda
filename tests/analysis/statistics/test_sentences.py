"""Comparisons in words."""

import numpy as np
import pytest

from runs.analysis.result import Comparison, Interval
from runs.analysis.statistics.comparison import compare
from runs.analysis.statistics.figures import estimate, number, p_words
from runs.analysis.statistics.sentences import Naming, sentence_of

BLOCKING = Naming("blocking probability")
HOPS = Naming("mean hops", "hops", "k = 1", "k = 3", "Erlang")


def between(lower, upper):
    return Interval(lower=lower, upper=upper, method="fieller")


def found(**fields):
    """20 pairs, B 18 % less than A, where nothing else is said."""
    values = {
        "x": None,
        "paired": True,
        "n_pairs": 20,
        "n_a": 20,
        "n_b": 20,
        "difference": -0.0041,
        "difference_interval": between(-0.0055, -0.0027),
        "relative": -0.18,
        "relative_interval": between(-0.24, -0.12),
        "p": 1e-5,
        "p_adjusted": 1e-5,
        "effect_size": -0.9,
        **fields,
    }
    return Comparison(**values)


def test_it_says_what_blocks_less():
    assert sentence_of(found(), BLOCKING) == (
        "B blocks 18 % less than A, 95 % CI 12–24 %, 20 pairs, p < 0.001"
    )


@pytest.mark.parametrize("name", ["blocking probability", "blocking_prob", "mean_blocking"])
def test_it_knows_what_blocks(name):
    assert Naming(name).blocks


@pytest.mark.parametrize("name", ["bit-rate blocking", "blocking time", "mean hops"])
def test_it_says_of_all_else_what_is_higher(name):
    assert sentence_of(found(), Naming(name)) == (
        f"{name} is 18 % lower in B than in A, 95 % CI 12–24 %, 20 pairs, p < 0.001"
    )


def test_it_names_sides_and_load():
    sentence = sentence_of(
        found(
            x=300.0,
            difference=0.3,
            relative=0.134,
            relative_interval=between(0.121, 0.148),
            effect_size=1,
            p=0.004,
            p_adjusted=0.012,
        ),
        HOPS,
    )
    assert sentence == (
        "mean hops is 13.4 % higher in k = 3 than in k = 1 at 300 Erlang, 95 % CI 12.1–14.8 %, "
        "20 pairs, p = 0.012 after Holm"
    )


def test_it_says_that_nothing_could_be_shown():
    sentence = sentence_of(
        found(relative=-0.03, relative_interval=between(-0.08, 0.02), p=0.34, p_adjusted=0.34),
        BLOCKING,
    )
    assert sentence == (
        "No difference in blocking probability between A and B could be shown: B is 3 % lower, "
        "95 % CI −8 % to 2 %, 20 pairs, p = 0.34"
    )


def test_it_goes_by_the_corrected_p():
    sentence = sentence_of(found(p=0.02, p_adjusted=0.4), BLOCKING)
    assert sentence.startswith("No difference in blocking probability")
    assert sentence.endswith("95 % CI −24 % to −12 %, 20 pairs, p = 0.4 after Holm")


def test_it_says_that_sides_are_equal():
    values = {number: number / 7 for number in range(20)}
    assert sentence_of(compare(values, values), BLOCKING) == (
        "A and B are equal to the digit in blocking probability, 20 pairs"
    )


def test_it_says_that_it_is_unpaired():
    sentence = sentence_of(found(paired=False, n_pairs=17, n_b=17), BLOCKING)
    assert sentence == (
        "B blocks 18 % less than A, 95 % CI 12–24 %, "
        "unpaired: 3 of 20 pairs are incomplete (20 and 17 runs), p < 0.001"
    )


def test_it_says_who_has_no_values():
    nothing = {"p": None, "p_adjusted": None, "difference": None, "relative": None}
    assert sentence_of(found(n_b=0, x=250.0, **nothing), HOPS) == (
        "k = 1 and k = 3 cannot be compared in mean hops at 250 Erlang: no value of k = 3"
    )
    assert sentence_of(found(n_a=0, n_b=0, **nothing), BLOCKING).endswith("no value of A and B")


def test_it_takes_the_unit_where_there_is_no_share():
    sentence = sentence_of(
        found(
            relative_interval=None, difference=-0.301, difference_interval=between(-0.307, -0.296)
        ),
        Naming("gain", "dB"),
    )
    assert sentence == (
        "gain is 0.301 dB lower in B than in A, 95 % CI 0.296–0.307 dB, 20 pairs, p < 0.001"
    )


def test_it_does_without_an_interval():
    sentence = sentence_of(found(difference_interval=None, relative_interval=None), BLOCKING)
    assert sentence == "B blocks 18 % less than A, 20 pairs, p < 0.001"


def test_it_does_not_name_a_direction_that_the_mean_does_not_show():
    sentence = sentence_of(found(relative_interval=between(-0.4, 0.04)), BLOCKING)
    assert sentence == (
        "A and B differ in blocking probability, but not clearly in the mean: B is 18 % lower, "
        "95 % CI −40 % to 4 %, 20 pairs, p < 0.001"
    )
    against = sentence_of(found(effect_size=0.9), BLOCKING)
    assert "not clearly in the mean" in against


def test_it_says_that_one_pair_is_one():
    assert ", 1 pair, p = 1" in sentence_of(compare({0: 1.0}, {0: 3.0}), BLOCKING)


def test_it_shows_shares_as_fine_as_they_are_known():
    fine = found(relative=-0.00183, relative_interval=between(-0.00186, -0.0018))
    assert "blocks 0.183 % less than A, 95 % CI 0.180–0.186 %" in sentence_of(fine, BLOCKING)
    huge = found(relative=25.0, relative_interval=between(20.0, 30.0), difference=1, effect_size=1)
    assert "blocks 2,500 % more than A, 95 % CI 2,000–3,000 %" in sentence_of(huge, BLOCKING)


@pytest.mark.parametrize("part", [5e3, 1e-9])
def test_it_gives_the_amount_where_a_share_would_say_nothing(part):
    wide = found(
        relative=part,
        difference=0.004,
        difference_interval=between(0.003, 0.005),
        effect_size=1,
    )
    assert sentence_of(wide, HOPS).startswith("mean hops is 0.004 hops higher in k = 3")


def test_it_keeps_an_interval_of_roundings_short():
    a = {number: 1 + number / 7 for number in range(9)}
    b = {number: value * 0.82 for number, value in a.items()}
    assert sentence_of(compare(a, b), BLOCKING).startswith(
        "B blocks 18 % less than A, 95 % CI 18–18 %, 9 pairs"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.02310, "0.0231"),
        (12345.6, "12,350"),
        (-0.5, "−0.5"),
        (1e-12, "1e-12"),
        (-1.25e-7, "−1.25e-7"),
        (3.1e8, "3.1e8"),
        (100.0, "100"),
        (1000000.0, "1,000,000"),
    ],
)
def test_it_writes_numbers_for_people(value, text):
    assert number(value) == text


def test_it_writes_an_estimate_with_its_interval():
    assert estimate(0.02312, between(0.02251, 0.02373)) == "0.0231, 95 % CI 0.0225–0.0237"
    assert estimate(0.1, between(-0.2, 0.4)) == "0.1, 95 % CI −0.2 to 0.4"
    assert estimate(5.0, None) == "5"
    assert estimate(1.00001, between(1.0, 1.00002)) == "1.00001, 95 % CI 1–1.00002"


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.0009, "p < 0.001"), (0.012, "p = 0.012"), (0.0497, "p = 0.0497"), (1.0, "p = 1")],
)
def test_it_writes_p(p, words):
    assert p_words(p) == words


def test_it_finds_words_for_any_comparison():
    random = np.random.default_rng(1)
    for scale in (1e-12, 1, 1e12):
        a = dict(enumerate(random.normal(0, scale, 9)))
        b = dict(enumerate(random.normal(scale, scale, 9)))
        sentence = sentence_of(compare(a, b), HOPS)
        assert "nan" not in sentence
        assert "None" not in sentence
