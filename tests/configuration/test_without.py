"""Keys and sections taken out of a text: the rest stays as it was."""

import pytest

from runs.configuration.document import parse
from runs.errors import InvalidInput

INI = """; the sweep
[a]
one = 1
; about two
two = 2
    more of two

[b]
three = 3
"""
YAML = """# the sweep
a:
  one: 1  # first
  two:
    - 1
    - 2
b: {three: 3, four: 4}
c:
  five: 5
"""


def without(text, format, *paths):
    return parse(text, format).without([tuple(path.split(".")) for path in paths])


def test_it_takes_a_key_with_its_continuation_out_of_ini():
    text = without(INI, "ini", "a.two")
    assert text == "; the sweep\n[a]\none = 1\n; about two\n\n[b]\nthree = 3\n"


def test_it_takes_a_section_out_of_ini():
    assert parse(without(INI, "ini", "a"), "ini").values == {"b": {"three": "3"}}


def test_it_takes_the_last_section_out_of_ini():
    assert parse(without(INI, "ini", "b"), "ini").values["a"]["one"] == "1"
    assert "[b]" not in without(INI, "ini", "b")


@pytest.mark.parametrize("format", ["ini", "yaml", "json"])
def test_it_passes_over_what_is_not_there(format):
    text = {"ini": INI, "yaml": YAML, "json": '{"a": {"one": 1}}'}[format]
    assert without(text, format, "nothing", "a.nothing", "nothing.at.all") == text


def test_it_takes_keys_out_of_yaml_and_keeps_comments():
    text = without(YAML, "yaml", "a.two")
    assert text == "# the sweep\na:\n  one: 1  # first\nb: {three: 3, four: 4}\nc:\n  five: 5\n"


def test_it_takes_a_key_out_of_braces_in_yaml():
    assert "b: {four: 4}" in without(YAML, "yaml", "b.three")


def test_it_leaves_an_empty_section_in_yaml():
    assert parse(without(YAML, "yaml", "c.five"), "yaml").values["c"] == {}


def test_it_takes_sections_out_of_yaml():
    assert set(parse(without(YAML, "yaml", "a", "b"), "yaml").values) == {"c"}


def test_it_refuses_what_others_refer_to():
    with pytest.raises(InvalidInput):
        without("a: &same\n  x: 1\nb: *same\n", "yaml", "a")


def test_it_takes_keys_out_of_json_with_its_indentation():
    text = '{\n    "a": {\n        "one": 1,\n        "two": 2\n    }\n}\n'
    assert without(text, "json", "a.two") == '{\n    "a": {\n        "one": 1\n    }\n}\n'
