from runs.configuration.schema import fields

SCHEMA = {
    "$defs": {"load": {"type": "number", "title": "Load", "minimum": 0.5}},
    "properties": {
        "seed": {"type": "integer"},
        "general": {
            "title": "Traffic",
            "description": "What is offered.",
            "required": ["start"],
            "properties": {
                "start": {"$ref": "#/$defs/load", "title": "First load", "x-unit": "Erlang"},
                "max_iters": {"type": "integer", "exclusiveMinimum": 0, "default": 3},
                "save": {"type": "boolean", "default": True},
                "method": {"enum": ["first_fit", 7]},
                "mix": {"type": "object"},
                "note": {"type": ["string", "null"], "description": "Free text."},
                "deep": {"properties": {"x": {"type": "number", "multipleOf": 0.5}}},
            },
        },
    },
}


def by_path(values):
    return {field.path: field for section in fields(SCHEMA, values) for field in section.fields}


def test_it_lays_out_sections_with_the_schemas_words():
    general, traffic = fields(SCHEMA, {})
    assert (general.name, [field.path for field in general.fields]) == ("", ["seed"])
    assert (traffic.name, traffic.title) == ("general", "Traffic")
    assert traffic.description == "What is offered."


def test_it_knows_the_kind_of_each_field():
    assert {path: field.kind for path, field in by_path({}).items()} == {
        "seed": "integer",
        "general.start": "number",
        "general.max_iters": "integer",
        "general.save": "boolean",
        "general.method": "choice",
        "general.mix": "json",
        "general.note": "text",
        "general.deep.x": "number",
    }


def test_it_takes_limits_steps_units_and_defaults_from_the_schema():
    field = by_path({})
    start, iters = field["general.start"], field["general.max_iters"]
    assert (start.label, start.unit, start.minimum, start.required) == (
        "First load",
        "Erlang",
        0.5,
        True,
    )
    assert (iters.label, iters.minimum, iters.step, iters.default) == ("Max iters", 1, "1", "3")
    assert field["general.deep.x"].step == "0.5"
    assert field["general.save"].default == "true"
    assert field["general.method"].choices == ["first_fit", "7"]
    assert field["general.note"].help == "Free text."


def test_it_shows_values_as_a_form_does():
    values = {"general": {"mix": {"25": 1}, "save": True, "note": "a\n# b", "start": 1e-5}}
    field = by_path({**values, "seed": "12", "beside": 1})
    assert field["general.mix"].value == '{"25": 1}'
    assert field["general.save"].value == "true"
    assert field["general.note"].value == "a\n# b"
    assert field["general.start"].value == "1e-05"
    assert field["seed"].value == "12"
    assert field["general.max_iters"].value is None


def test_it_survives_values_of_another_shape():
    assert by_path({"general": "text", "seed": [1]})["seed"].value == "[1]"
