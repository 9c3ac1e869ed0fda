import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.document import parse
from runs.configuration.overrides import merge
from runs.errors import ConfigurationInvalid, InvalidInput

TEXT = """{
    "model": {"layers": 12,
        "mods": [{"name": "é"}, []]},
    "lr": 1e-4
}
"""
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "ü"]), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("model",), 2),
        (("model", "layers"), 2),
        (("model", "mods", "0", "name"), 3),
        (("model", "mods", "1"), 3),
        (("lr",), 4),
        (("model", "mods", "2"), None),
    ],
)
def test_it_knows_the_line(path, line):
    assert parse(TEXT, "json").line_of(path) == line


def test_it_keeps_order_indent_and_characters():
    changed = parse(TEXT, "json").with_overrides({"model": {"layers": 6}, "seed": 1})
    assert changed.startswith('{\n    "model": {\n        "layers": 6,\n')
    assert list(json.loads(changed)) == ["model", "lr", "seed"]
    assert "é" in changed


def test_it_returns_the_text_as_it_is_where_nothing_changes():
    assert parse(TEXT, "json").with_overrides({"lr": 1e-4}) == TEXT


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ('{"a": 1,\n}', "a comma before the closing bracket", 1),
        ('{"a": [1,\n2,\n]}', "a comma before the closing bracket", 2),
        ('{"a": 1\n"b": 2}', "expected a comma before this", 2),
        ("{a: 1}", "expected a key in double quotes", 1),
        ("{'a': 1}", "expected a key in double quotes", 1),
        ('{"a": 1,\n"a": 2}', "appears twice", 2),
        ('{"a":\nNaN}', "finite number", 2),
        ('{"a": 1e999}', "finite number", 1),
        (f'{{"a": {"9" * 5000}}}', "too long", 1),
        ('{"a": "\\u0000"}', "cannot be kept", 1),
        ('{"a": "\\ud800"}', "cannot be kept", 1),
        ("[1]", "expected an object", 1),
        ('{"a": "' + '\\"' * 500_000, "unterminated string", 1),
        ("[" + "1," * 60_000, "more than 50000 values", 1),
        ("", "end of the text", 1),
        ('{"a":' * 100_000, "nested more than 20 deep", 1),
    ],
)
def test_it_says_what_is_wrong_and_where(text, words, line):
    with pytest.raises(ConfigurationInvalid) as caught:
        parse(text, "json")
    [problem] = caught.value.problems
    assert words in problem.message
    assert problem.line == line


def test_it_refuses_an_unknown_format():
    with pytest.raises(InvalidInput, match="toml"):
        parse("", "toml")


@given(OBJECTS, OBJECTS, st.sampled_from([None, 2, "\t"]))
def test_it_reads_back_what_it_wrote(values, overrides, indent):
    document = parse(json.dumps(values, indent=indent), "json")
    assert document.values == values
    changed = document.with_overrides(overrides)
    assert parse(changed, "json").values == merge(values, overrides)


@given(OBJECTS)
def test_it_knows_the_line_of_each_key(values):
    text = json.dumps(values, indent=1)
    document = parse(text, "json")
    for key in values:
        assert text.split("\n")[document.line_of((key,)) - 1].startswith(f" {json.dumps(key)}:")


@given(st.text('{}[]",:1e.-a\\u\n ', max_size=30))
def test_it_survives_junk(text):
    try:
        parse(text, "json")
    except ConfigurationInvalid as error:
        assert error.problems[0].message
