import json
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing.exceptions import Unresolvable

from runs.configuration.document import parse
from runs.configuration.schema import typed_values, validate
from runs.errors import Problem

SIMULATOR = Path(__file__).parents[2] / "runs" / "simulator"
SCHEMA = {
    "type": "object",
    "$defs": {"load": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000}},
    "properties": {
        "general_settings": {
            "type": "object",
            "properties": {
                "erlang_start": {"$ref": "#/$defs/load"},
                "erlang_stop": {"$ref": "#/$defs/load"},
                "max_iters": {"type": "integer", "minimum": 1, "multipleOf": 2},
                "save": {"type": "boolean"},
                "limit": {"type": ["integer", "null"]},
                "mix": {"type": "object", "additionalProperties": {"type": "number"}},
                "loads": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
                "method": {"enum": ["first_fit", "best_fit"]},
                "cores": {"enum": [4, 7]},
                "tag": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
            },
            "required": ["erlang_start"],
            "additionalProperties": False,
        },
        "topology_settings": {"type": "object", "properties": {"network": {"type": "string"}}},
    },
    "required": ["topology_settings"],
    "additionalProperties": False,
}
GOOD = "[general_settings]\nerlang_start = 3\n{}\n[topology_settings]\nnetwork = x\n"


def problems_of(line):
    return validate(parse(GOOD.format(line), "ini"), SCHEMA)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("max_iters = 4", "max_iters", 4),
        ("save = Yes", "save", True),
        ("save = off", "save", False),
        ("limit =", "limit", None),
        ("limit = 3", "limit", 3),
        ('mix = {"25": 0.5}', "mix", {"25": 0.5}),
        ("mix = {25: 0.5, '50': 1}", "mix", {"25": 0.5, "50": 1}),
        ("loads = (1, 2)", "loads", [1, 2]),
        ("cores = 7", "cores", 7),
        ("tag = 12e", "tag", "12e"),
        ("erlang_stop = 1e2", "erlang_stop", 100.0),
    ],
)
def test_it_reads_ini_text_as_the_schema_types_it(line, key, value):
    typed = typed_values(parse(GOOD.format(line), "ini"), SCHEMA)["general_settings"][key]
    assert typed == value
    assert type(typed) is type(value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("max_iters = abc", "expected a whole number, got 'abc'"),
        ("max_iters = 4.0", "expected a whole number, got '4.0'"),
        ("max_iters = 1_000", "expected a whole number, got '1_000'"),
        ("max_iters = 0", "expected at least 1, got 0"),
        ("max_iters = 3", "expected a multiple of 2, got 3"),
        ("erlang_stop = 0", "expected more than 0, got 0"),
        ("erlang_stop = 2000", "expected at most 1000, got 2000"),
        ("erlang_stop = nan", "expected a number, got 'nan'"),
        ("erlang_stop = ١٢", "expected a number, got '١٢'"),
        ("save = maybe", "expected true or false, got 'maybe'"),
        ("limit = x", "expected a whole number or nothing, got 'x'"),
        ("mix = [1]", "expected a mapping such as {\"a\": 1}, got '[1]'"),
        ("mix = __import__('os')", "expected a mapping such as {\"a\": 1}, got '__import__('os')'"),
        ("loads = [1, 2, 3, 4]", "expected at most 3 items, got 4"),
        ("loads = " + "[" * 5000, f"expected a list such as [1, 2], got '{'[' * 77}…'"),
        (
            "method = frist_fit",
            "expected one of first_fit, best_fit, got 'frist_fit', did you mean 'first_fit'?",
        ),
        ("cores = 5", "expected a whole number, got '5'"),
        ("tag = A", "expected a text of the form '^[a-z]+$', got 'A'"),
        ("tag = abcdef", "expected at most 5 characters, got 6"),
        ("max_itres = 3", "unknown key 'max_itres', did you mean 'max_iters'?"),
        ("zzz = 3", "unknown key 'zzz'"),
    ],
)
def test_it_says_what_is_wrong_and_where(line, message):
    if line == "cores = 5":
        message = "expected one of 4, 7, got 5"
    key = line.split(" ")[0]
    assert problems_of(line) == [Problem(message, "general_settings", key, 3)]


def test_it_stops_after_two_hundred_faults():
    text = "[general_settings]\n" + "".join(f"key{number} = 1\n" for number in range(20_000))
    assert len(validate(parse(text, "ini"), SCHEMA)) == 200


@pytest.mark.parametrize(
    "path", sorted(SIMULATOR.glob("templates/*.ini")), ids=lambda path: path.stem
)
def test_it_finds_no_fault_in_a_template_of_the_bundled_simulator(path):
    schema = json.loads((SIMULATOR / "schema.json").read_text())
    assert validate(parse(path.read_text(), "ini"), schema) == []


def test_it_names_the_item_of_a_list():
    [problem] = problems_of('loads = [1, "x"]')
    assert problem.path == "general_settings.loads[1]"
    assert problem.line == 3


def test_it_finds_missing_and_unknown_sections_and_keys_in_the_order_of_lines():
    document = parse("[general_setings]\n[general_settings]\n; nothing\n[topology]\nx = 1\n", "ini")
    assert validate(document, SCHEMA) == [
        Problem("missing section 'topology_settings'", "topology_settings"),
        Problem(
            "unknown section 'general_setings', did you mean 'general_settings'?",
            "general_setings",
            line=1,
        ),
        Problem("missing key 'erlang_start'", "general_settings", "erlang_start", 2),
        Problem(
            "unknown section 'topology', did you mean 'topology_settings'?", "topology", line=4
        ),
    ]


def test_it_reports_many_faults_at_once():
    text = "[general_settings]\nmax_iters = x\nsave = 5\nfoo = 1\n[topology_settings]\n"
    assert [each.line for each in validate(parse(text, "ini"), SCHEMA)] == [1, 2, 3, 4]


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_it_checks_nested_and_top_level_values_of_other_formats(format):
    schema = {
        "properties": {
            "lr": {"type": "number"},
            "model": {"properties": {"mods": {"properties": {"depth": {"type": "integer"}}}}},
        }
    }
    text = '{"lr": "fast",\n"model": {\n"mods": {"depth": 1.5}}}'
    assert validate(parse(text, format), schema) == [
        Problem("expected a number, got 'fast'", "", "lr", 1),
        Problem("expected a whole number, got 1.5", "model", "mods.depth", 3),
    ]


def test_it_does_not_fetch_references():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(Unresolvable):
            validate(parse("a: 1\n", "yaml"), {"properties": {"a": {"$ref": address}}})
        with pytest.raises(BlockingIOError):
            server.accept()


def test_it_cuts_endless_messages():
    schema = {"properties": {"a": {"not": {"type": "string"}}}}
    [problem] = validate(parse(f"a: {'x' * 5000}\n", "yaml"), schema)
    assert len(problem.message) <= 300


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0#;"), max_size=30),
    st.sampled_from(["max_iters", "mix", "loads", "save", "limit"]),
)
def test_it_survives_any_value(value, key):
    before = parse("[general_settings]\n[topology_settings]\n", "ini")
    document = parse(before.with_overrides({"general_settings": {key: value}}), "ini")
    faults = {each.key for each in validate(document, SCHEMA)}
    assert {"erlang_start"} <= faults <= {"erlang_start", key}
