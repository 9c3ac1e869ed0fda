"""Lists of numbers as people write them."""

import pytest

from runs.web.forms.numbers import read_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1, 2, 4", [1, 2, 4]),
        ("1;2\n4", [1, 2, 4]),
        ("0.1,0.2", [0.1, 0.2]),
        ("1–5", [1, 2, 3, 4, 5]),
        ("10–30 step 10", [10, 20, 30]),
        ("10 to 30 by 10", [10, 20, 30]),
        ("10-30:10", [10, 20, 30]),
        ("0.1..0.3 step 0.1", [0.1, 0.2, 0.3]),
        ("3-1", [3, 2, 1]),
        ("-2--1", [-2, -1]),
        ("1e-3, 1e2", [0.001, 100]),
        ("1, 5–10 step 5,", [1, 5, 10]),
        ("10–25 step 10", [10, 20]),
        ("3.0", [3.0]),
        ("", []),
    ],
)
def test_it_reads_numbers_and_ranges(text, numbers):
    found = read_numbers(text)
    assert found == numbers
    assert [type(each) for each in found] == [type(each) for each in numbers]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1, two", "“two” is no number"),
        ("nan", "no number"),
        ("1e999", "too large"),
        ("1e-999", "too small"),
        ("1-10 step 0", "other than 0"),
        ("1-1000", "At most 50"),
        ("0-1 step 1e-300", "At most 50"),
        ("1e20-2e20 step 1e-9", "too small"),
        ("1," * 1001, "2,000 characters"),
        ("<b>", "no number"),
    ],
)
def test_it_says_what_is_no_list(text, words):
    with pytest.raises(ValueError, match=words):
        read_numbers(text)
