import json
from pathlib import Path

import pytest

from runs.configuration.schema import check_schema
from runs.errors import InvalidInput

SIMULATOR = Path(__file__).parents[2] / "runs" / "simulator" / "schema.json"


def deep(levels):
    return {"properties": {"a": deep(levels - 1)}} if levels else {}


def multiplying(levels):
    names = [f"d{level}" for level in range(levels)]
    definitions = {
        name: {"allOf": [{"$ref": f"#/$defs/{below}"}] * 8}
        for name, below in zip(names, names[1:], strict=False)
    }
    return {"$defs": {**definitions, names[-1]: {}}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$defs": {"a/b": {"type": "integer"}}, "properties": {"x": {"$ref": "#/$defs/a~1b"}}},
        {"properties": {"pattern": {"pattern": "^[a-z]+(-[a-z]+)?$"}, "$id": {}}},
        json.loads(SIMULATOR.read_text()),
    ],
)
def test_it_accepts_a_schema(schema):
    assert check_schema(schema) is None


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ([], "expected a JSON object"),
        (None, "expected a JSON object"),
        ({"type": "nonsense"}, "type: 'nonsense'"),
        ({"type": "array"}, "expected type 'object'"),
        ({"properties": {"a": {"minimum": "x"}}}, "properties.a.minimum"),
        ({"properties": {"a": {"$ref": "http://example.org/s"}}}, "leads outside"),
        ({"properties": {"a": {"$ref": "other.json"}}}, "leads outside"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "leads nowhere"),
        ({"properties": {"a": {"$ref": "#"}}}, "refers to itself"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}}, "refers to itself"),
        ({"$id": "http://example.org/s"}, "not supported"),
        ({"properties": {"a": {"pattern": "("}}}, "no regular expression"),
        ({"patternProperties": {"[": {}}}, "no regular expression"),
        ({"properties": {"a": {"pattern": "(a+)+$"}}}, "take for ever"),
        ({"properties": {"a": {"pattern": "(a|b*)*$"}}}, "take for ever"),
        ({"properties": {"a": {"pattern": "x" * 201}}}, "at most 200"),
        (deep(60), "nested too deep"),
        ({"enum": json.loads("[" * 200 + "]" * 200)}, "nested too deep"),
        (multiplying(8), "too long"),
    ],
)
def test_it_refuses_a_schema_that_cannot_be_used(schema, words):
    with pytest.raises(InvalidInput, match=words.replace("$", r"\$")):
        check_schema(schema)
