import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runs.configuration.document import parse
from runs.configuration.overrides import merge
from runs.errors import ConfigurationInvalid, InvalidInput

TEXT = """\
# A language model.
name: lm_small
optimization:
    lr:   3e-4   # warm-up below
    betas: [0.9,   0.95]
    schedule:
    - cosine
    - {warmup: 100}
data:
    path: 'corpus'
    shuffle: yes

# the end
"""

PIECES = [
    *("a:", "b: 1\n", "c: 2", "\n", "  ", "- x\n", "- ", "{", "}", "[", "]", ", ", "'q'", '"d"'),
    *("# c\n", "&x ", "*x", "<<: *x", "|\n  t\n", "k: v\n", "  k: v\n", "\t", "é", "😀", "null"),
    *(": ", "? ", "1", "yes", "---\n", "...\n", ">-\n   f\n   g\n", "\r\n", ".nan", "!t ", "\x85"),
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["yes", "1e5", "1:30", "0x1f", "2020-01-01", "", "~", "<<", "=", "a: b", "-"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner)
)
OVERRIDES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "new"]),
    st.dictionaries(st.sampled_from(["k", "b", "n"]), VALUES, max_size=2) | VALUES,
    max_size=3,
)


def problem_of(text):
    with pytest.raises(ConfigurationInvalid) as caught:
        parse(text, "yaml")
    return caught.value.problems[0]


def test_it_reads_values_and_lines():
    document = parse(TEXT, "yaml")
    assert document.values == {
        "name": "lm_small",
        "optimization": {
            "lr": 3e-4,
            "betas": [0.9, 0.95],
            "schedule": ["cosine", {"warmup": 100}],
        },
        "data": {"path": "corpus", "shuffle": "yes"},
    }
    assert document.line_of(("optimization", "lr")) == 4
    assert document.line_of(("optimization", "schedule", "1", "warmup")) == 8
    assert document.line_of(("nothing", "here")) is None


def test_it_changes_only_what_is_overridden():
    overrides = {"optimization": {"lr": 0.01, "betas": [0.8]}, "data": {"path": "two words"}}
    changed = parse(TEXT, "yaml").with_overrides(overrides)
    expected = TEXT.replace("3e-4", "0.01").replace("[0.9,   0.95]", "[0.8]")
    assert changed == expected.replace("'corpus'", "two words")


def test_it_adds_keys_and_sections_where_they_belong():
    overrides = {"optimization": {"steps": 10}, "wandb": {"tags": ["a"], "deep": {"x": 1}}}
    changed = parse(TEXT, "yaml").with_overrides(overrides)
    assert "    - {warmup: 100}\n    steps: 10\ndata:\n" in changed
    assert "shuffle: yes\nwandb:\n  tags: [a]\n  deep:\n    x: 1\n\n# the end\n" in changed


def test_it_replaces_a_list_below_its_key():
    changed = parse(TEXT, "yaml").with_overrides({"optimization": {"schedule": ["linear"]}})
    assert "    schedule: [linear]\ndata:" in changed


def test_it_reads_anchors_and_merge_keys():
    text = "base: &b {lr: 1, steps: 2}\nbig:\n  <<: *b\n  lr: 3\nsame: *b\n"
    document = parse(text, "yaml")
    assert document.values["big"] == {"lr": 3, "steps": 2}
    assert document.values["same"] == {"lr": 1, "steps": 2}
    assert "  steps: 5\n" in document.with_overrides({"big": {"steps": 5}})


def test_it_refuses_to_change_what_others_share():
    document = parse("a: &x\n  k: 1\nb: *x\n", "yaml")
    with pytest.raises(InvalidInput, match="an anchor"):
        document.with_overrides({"a": {"k": 2}})


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "appears twice", 3),
        ("a:\n\tb: 1\n", "a tab stands where", 2),
        ("a: [1\nb: 2\n", "cannot be read as YAML", 2),
        ("a: !!python/object:os.system x\n", "tags", 1),
        ("a: !mine 3\n", "tags", 1),
        ("- 1\n- 2\n", "expected keys with values", 1),
        ("a: 1\n---\nb: 2\n", "only one document", 2),
        ("a: 1\nb c\n", "cannot be read as YAML", 2),
        ("? [a]\n: 1\n", "a key has to be plain text", 1),
        ("a: .inf\n", "finite number", 1),
        ("a: 1e999\n", "finite number", 1),
        (f"a: {'9' * 5000}\n", "too long", 1),
        ("a: *x\n", "stands for nothing before it", 1),
        ("a: &x\n  b: *x\n", "stands for nothing before it", 2),
        ("a: " + "[" * 30, "nested more than 20 deep", 1),
        ("a: [" + "1, " * 30_000 + "]", "more than 20000 values", 1),
        ("<<: 3\n", "expected a mapping to merge", 1),
    ],
)
def test_it_says_what_is_wrong_and_where(text, words, line):
    problem = problem_of(text)
    assert words in problem.message
    assert problem.line == line


def test_it_stops_an_anchor_bomb():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        text += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n"
    assert "counting aliases" in problem_of(text).message


@pytest.mark.parametrize("value", ["yes", "off", "1e5", "010", "1:30", "null", "2020-01-01", "1_0"])
def test_it_writes_text_that_yaml_1_1_reads_as_text_too(value):
    text = parse("k: x\n", "yaml").with_overrides({"k": value})
    assert text == f'k: "{value}"\n'


def test_it_writes_small_numbers_with_the_point_that_yaml_1_1_needs():
    assert parse("k: x\n", "yaml").with_overrides({"k": 1e-05}) == "k: 1.0e-05\n"


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), OVERRIDES)
def test_it_reads_back_what_it_wrote(text, overrides):
    try:
        document = parse(text, "yaml")
        changed = document.with_overrides(overrides)
    except InvalidInput:
        return
    assert parse(changed, "yaml").values == merge(document.values, overrides)


@settings(max_examples=40)
@given(st.dictionaries(st.text("abc1 :#", min_size=1, max_size=5), VALUES, max_size=3))
def test_another_reader_reads_what_it_writes(values):
    document = parse("first: 1\n", "yaml")
    text = document.with_overrides(values)
    assert YAML(typ="safe", pure=True).load(io.StringIO(text)) == merge({"first": 1}, values)


@given(st.text(max_size=40))
def test_it_survives_junk(text):
    try:
        parse(text, "yaml")
    except ConfigurationInvalid as error:
        assert error.problems[0].message
