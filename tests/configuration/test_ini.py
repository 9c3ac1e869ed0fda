import configparser
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.document import parse
from runs.configuration.ini import as_text
from runs.configuration.overrides import merge
from runs.errors import ConfigurationInvalid, InvalidInput

TEXT = """\
; A small network.

[general_settings]
# the sweep
erlang_start = 300
Erlang_Stop: 600
request_distribution = {
    "25": 0.2,
    ; the rest
    "100": 0.8}

[topology_settings]
network=NSFNet
"""

PIECES = [
    *("[a]", "\n[a]\n", "[b]\n", "[DEFAULT]\n", "\n  [c]\n", "[x", "\n", "\r\n", "\r", "  ", "\t"),
    *("k = 1", "K2:2\n", "j =\n  2\n  ; z\n\n  3\n", "= v", "key", "=", "; c\n", "# d", "]"),
    *("\x0b", "\u2028", "é", "İ = 1\n"),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.sampled_from("ab =:[];#\n\r\t\u2028é"), max_size=12),
    st.lists(st.integers(), max_size=2),
)
OVERRIDES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "new"]),
    st.dictionaries(st.sampled_from(["k", "k2", "J", "new key"]), VALUES, max_size=3),
    max_size=3,
)


def problems_of(text):
    with pytest.raises(ConfigurationInvalid) as caught:
        parse(text, "ini")
    return caught.value.problems


def test_it_reads_what_configparser_reads():
    assert parse(TEXT, "ini").values == {
        "general_settings": {
            "erlang_start": "300",
            "erlang_stop": "600",
            "request_distribution": '{\n"25": 0.2,\n"100": 0.8}',
        },
        "topology_settings": {"network": "NSFNet"},
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("general_settings",), 3),
        (("general_settings", "erlang_stop"), 6),
        (("topology_settings", "network"), 13),
        (("topology_settings", "nothing"), None),
        (("nothing",), None),
        ((), None),
    ],
)
def test_it_knows_the_line(path, line):
    assert parse(TEXT, "ini").line_of(path) == line


def test_it_changes_only_the_line_that_is_overridden():
    changed = parse(TEXT, "ini").with_overrides({"general_settings": {"erlang_stop": 900}})
    assert changed == TEXT.replace("Erlang_Stop: 600", "Erlang_Stop: 900")


def test_it_adds_keys_to_the_end_of_their_section_and_sections_to_the_end():
    overrides = {"general_settings": {"seed": 7}, "topology_settings": {"x": 1}, "new": {"y": True}}
    changed = parse(TEXT, "ini").with_overrides(overrides)
    assert '"100": 0.8}\nseed = 7\n\n[topology_settings]\nnetwork=NSFNet\nx=1\n' in changed
    assert changed.endswith("\n[new]\ny = True\n")


def test_it_keeps_the_comments_inside_a_value_it_replaces():
    overrides = {"general_settings": {"request_distribution": {"50": 1}}}
    changed = parse(TEXT, "ini").with_overrides(overrides)
    assert 'request_distribution = {"50": 1}\n    ; the rest\n\n[topology' in changed


def test_it_returns_the_text_as_it_is_where_nothing_changes():
    assert parse(TEXT, "ini").with_overrides({"topology_settings": {"network": "NSFNet"}}) == TEXT


def test_it_keeps_the_line_ends_a_browser_sends():
    text = TEXT.replace("\n", "\r\n")
    changed = parse(text, "ini").with_overrides({"topology_settings": {"network": "x", "y": 1}})
    assert "\n" not in changed.replace("\r\n", "")


def test_it_passes_defaults_to_every_section_with_their_line():
    document = parse("[DEFAULT]\nseed = 1\n[a]\n[b]\nseed = 2\n", "ini")
    assert document.values == {"a": {"seed": "1"}, "b": {"seed": "2"}}
    assert document.line_of(("a", "seed")) == 2
    assert document.line_of(("b", "seed")) == 5


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("[a]\nk = 1\n[a]\n", "section [a] appears twice", 3),
        ("[a]\nk = 1\nK = 2\n", "this key appears twice in its section", 3),
        ("; c\nk = 1\n", "expected a [section] before the first key", 2),
        ("[a]\njust words\n", "expected [section], key = value, or a comment with # or ;", 2),
        ("[a]\nk = \0", "a character that cannot be kept (NUL or half a surrogate)", 2),
        ("[a]\nk = \ud800", "a character that cannot be kept (NUL or half a surrogate)", 2),
        ("[a]\nk" + " " * 100_000 + "x", "more than 100 spaces in a row", 2),
        ("[a]\n" * 60_000, "more than 50000 sections and keys", 50_001),
        ("x" * 1024 * 1024 + "y", "the configuration is longer than 1 MiB", None),
    ],
)
def test_it_says_what_is_wrong_and_where(text, message, line):
    [problem] = problems_of(text)
    assert (problem.message, problem.line) == (message, line)


def test_it_names_every_line_that_does_not_parse():
    assert [each.line for each in problems_of("[a]\nfoo\nk = 1\n= 2\n")] == [2, 4]


def test_it_stops_at_a_flood_of_lines_that_do_not_parse():
    assert len(problems_of("[a]\n" + "x\n" * 400_000)) == 50


def test_it_stops_a_flood_of_defaults():
    text = "[DEFAULT]\n" + "".join(f"k{number} = 1\n" for number in range(1000))
    text += "".join(f"[s{number}]\n" for number in range(1000))
    assert problems_of(text)[0].message == "too many sections for so many keys in [DEFAULT]"


def test_it_leaves_out_a_byte_order_mark():
    document = parse("\ufeff[a]\nk = 1\n", "ini")
    assert document.text == "[a]\nk = 1\n"


@pytest.mark.parametrize(
    "overrides",
    [
        {"a": 1},
        {"DEFAULT": {"k": 1}},
        {"a]": {"k": 1}},
        {"a\n[b": {"k": 1}},
        {"a": {"k = 1\nx": 1}},
        {"a": {"": 1}},
        {"a": {"[b]": 1}},
        {"a": {"#k": 1}},
        {"a": {"k": "1\n; gone"}},
    ],
)
def test_it_refuses_what_ini_cannot_hold(overrides):
    with pytest.raises(InvalidInput):
        parse("[a]\nk = 0\n", "ini").with_overrides(overrides)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), OVERRIDES)
def test_it_reads_back_what_it_wrote(text, overrides):
    try:
        document = parse(text, "ini")
        changed = document.with_overrides(overrides)
    except InvalidInput:
        return
    defaults = configparser.ConfigParser(interpolation=None)
    defaults.read_file(io.StringIO(text, newline=None))
    wanted = {
        section: {key.lower(): as_text(value) for key, value in values.items()}
        for section, values in overrides.items()
    }
    merged = merge(document.values, wanted)
    expected = {name: {**defaults.defaults(), **keys} for name, keys in merged.items()}
    assert parse(changed, "ini").values == expected


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_it_knows_the_line_of_all_it_reads(text):
    try:
        document = parse(text, "ini")
    except ConfigurationInvalid:
        return
    for section, keys in document.values.items():
        assert document.line_of((section,)) is not None
        assert all(document.line_of((section, key)) for key in keys)


@given(st.text(max_size=60))
def test_it_survives_junk(text):
    try:
        parse(text, "ini")
    except ConfigurationInvalid as error:
        assert error.problems[0].message
