import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.contract.tolerant_json import load_json

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(anything)
def test_it_gives_only_what_strict_json_and_utf8_can_hold(value):
    loaded = load_json(json.dumps(value).encode())

    written = json.dumps(loaded, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert b"\0" not in written and b"\\u0000" not in written


@given(st.binary(max_size=200))
def test_it_raises_nothing_but_value_error(data):
    try:
        load_json(data)
    except ValueError:
        pass


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b'{"a": NaN, "b": -Infinity, "c": 1e999}', {"a": None, "b": None, "c": None}),
        (b'"\\u0000\\ud800"', "\ufffd\ufffd"),
        (b'\xef\xbb\xbf{"bom": "\xff"}', {"bom": "\ufffd"}),
    ],
)
def test_it_replaces_what_databases_refuse(written, read):
    assert load_json(written) == read


@pytest.mark.parametrize("depth", [65, 100_000])
def test_it_refuses_deep_nesting(depth):
    with pytest.raises(ValueError, match="nested"):
        load_json(b"[" * depth + b"]" * depth)


def test_it_refuses_an_endless_integer():
    with pytest.raises(ValueError):
        load_json(b"9" * 5000)
