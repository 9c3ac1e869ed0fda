"""Bodies and parameters, read within limits."""

import json
import time

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from runs.api.parser import DEPTH_MAX, STRING, VALUES_MAX, BoundedParser, read_json
from runs.errors import InvalidInput, Malformed, TooLarge

# No database keeps NUL or half a surrogate.
PRINTED = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(PRINTED),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=10,
)


@given(values)
def test_it_reads_what_json_writes(value):
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_it_never_fails_otherwise_than_by_saying_so(body):
    try:
        read_json(body)
    except (Malformed, InvalidInput) as error:
        assert error.message


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nope", b"\xff", b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"'a'", b'"\\x"',
     b'"\n"', b"[1,]", b"1" * 5000, b"]" * 50, b'"open', "{}".encode("utf-16")],
)  # fmt: skip
def test_it_refuses_what_is_no_json(body):
    with pytest.raises(Malformed):
        read_json(body)


def test_it_says_where_it_stopped_understanding():
    with pytest.raises(Malformed, match="line 2, column 8"):
        read_json(b'{"a": 1,\n  "b": ?}')


def test_it_takes_a_byte_order_mark_for_what_it_is():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_it_refuses_more_than_ten_mebibytes():
    with pytest.raises(TooLarge, match="10 MiB"):
        read_json(b" " * (10 * 1024 * 1024 + 1))


def test_it_refuses_more_values_than_any_call_needs():
    read_json(b"[" + b"1," * (VALUES_MAX - 2) + b"1]")
    with pytest.raises(TooLarge, match="100,000 values"):
        read_json(b"[" + b"{}," * VALUES_MAX + b"1]")


def test_it_refuses_what_is_nested_too_deeply():
    read_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
    with pytest.raises(InvalidInput, match="levels deep"):
        read_json(b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1))


def test_it_does_not_count_what_stands_in_a_text():
    assert read_json(json.dumps('[{,\\"' * 5000).encode()) == '[{,\\"' * 5000


def test_it_looks_through_an_endless_string_once():
    """Before its end was optional, the quotes of 10 MiB of junk took hours."""
    junk = b'"' + b'\\"' * 200_000
    began = time.thread_time()
    assert STRING.sub(b'""', junk) == b'""'
    assert time.thread_time() - began < 5


def test_it_refuses_a_key_that_stands_twice():
    with pytest.raises(InvalidInput, match="seed stands twice") as refused:
        read_json(b'{"seed": 1, "seed": 2}')
    assert refused.value.field == "seed"


def test_it_refuses_a_number_beyond_all_we_can_keep():
    with pytest.raises(InvalidInput, match="larger than any"):
        read_json(b'{"a": 1e999}')


def test_it_names_the_text_that_is_too_long():
    with pytest.raises(InvalidInput, match=r"tags\.1 has 100,001 characters") as refused:
        read_json(json.dumps({"tags": ["a", "b" * 100_001]}).encode())
    assert refused.value.field == "tags.1"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfffb"])
@pytest.mark.parametrize("shape", [{"notes": ["{}"]}, {"notes": {"{}": 1}}])
def test_it_refuses_characters_that_no_database_keeps(text, shape):
    body = json.dumps(shape).replace("{}", json.dumps(text)[1:-1])
    with pytest.raises(InvalidInput, match="cannot be kept") as refused:
        read_json(body.encode())
    assert refused.value.field in {"notes", "notes.0"}


def test_it_refuses_a_parameter_that_stands_twice():
    with pytest.raises(InvalidInput, match="more than once"):
        BoundedParser().parse_querydict(QueryDict("status=a&status=b"), [], None)


def test_it_refuses_nul_in_a_parameter():
    with pytest.raises(InvalidInput, match="cannot be kept"):
        BoundedParser().parse_querydict(QueryDict("search=%00"), [], None)
