"""Values as a form and back: overrides are the differences to the template, as typed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.configuration.document import parse
from runs.models import CreationSession
from runs.web.wizard.drafts import Draft
from runs.web.wizard.parameters import Parameters, flatten, nested

SCHEMA = {
    "type": "object",
    "properties": {
        "model": {
            "type": "object",
            "properties": {
                "layers": {"type": "integer", "minimum": 1},
                "rate": {"type": "number"},
                "sizes": {"type": "array"},
                "deep": {"type": "object", "properties": {"flag": {"type": "boolean"}}},
            },
        }
    },
}
YAML = "model:\n  layers: 4  # few\n  rate: 0.1\n  sizes: [1, 2]\n  extra: kept\nnote: free\n"


@pytest.fixture
def parameters(script_program, member, settings):
    """`parameters("yaml", text, schema, overrides)` of a draft with that template."""

    def make(config_format="yaml", text=YAML, schema=SCHEMA, overrides=None):
        program = script_program("", config_format=config_format, schema=schema)
        folder = settings.FUSIONWEB_TEMPLATES[0] / program.slug
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"start.{config_format}").write_text(text)
        session = CreationSession(kind="run", owner=member)
        inputs = {"program": program.slug, "template": "start", "overrides": overrides or {}}
        return Parameters(Draft(session, inputs), program)

    return make


def sent_back(form):
    """As a browser would send what the form shows."""
    fields = {control.name: control.value for control in form.form.controls}
    for row in form.rows:
        fields |= {f"key.{row.number}": row.path, f"value.{row.number}": row.value}
    return fields


def test_it_has_no_overrides_where_nothing_was_changed(parameters):
    form = parameters()
    assert form.read(sent_back(form)) == {}


def test_it_has_a_typed_value_of_its_type(parameters):
    form = parameters()
    typed = {"set.model.layers": "8", "set.model.deep.flag": "true", "set.model.sizes": "[3]"}
    assert form.read(sent_back(form) | typed) == {
        "model": {"layers": 8, "sizes": [3], "deep": {"flag": True}}
    }


def test_it_keeps_what_is_wrong_and_shows_it_again(parameters):
    form = parameters()
    overrides = form.read(sent_back(form) | {"set.model.layers": "many"})
    again = parameters(overrides=overrides)
    control = next(each for each in again.form.controls if each.field.name == "layers")
    assert (control.value, bool(control.fault)) == ("many", True)
    assert again.read(sent_back(again)) == overrides


def test_it_offers_the_template_s_keys_that_no_schema_names(parameters):
    rows = parameters().rows
    assert [(row.path, row.value, row.is_own) for row in rows[:2]] == [
        ("model.extra", "kept", True),
        ("note", "free", True),
    ]
    assert [row.path for row in rows[2:]] == ["", ""]


def test_it_takes_keys_beside_the_schema(parameters):
    form = parameters()
    fields = sent_back(form)
    blank = form.rows[-1].number
    fields |= {f"key.{blank}": " model.new ", f"value.{blank}": "3", "value.0": "other"}
    overrides = form.read(fields)
    assert overrides == {"model": {"extra": "other", "new": 3}}
    again = parameters(overrides=overrides)
    assert {row.path: row.value for row in again.rows if row.path} == {
        "model.extra": "other",
        "note": "free",
        "model.new": "3",
    }


def test_it_leaves_out_a_value_without_a_key(parameters):
    form = parameters()
    blank = form.rows[-1].number
    assert form.read(sent_back(form) | {f"value.{blank}": "lost"}) == {}


def test_it_takes_all_of_an_ini_for_text_and_splits_at_the_first_dot(parameters):
    form = parameters("ini", "[a]\nb.c = 1\n", schema={})
    assert form.rows[0].path == "a.b.c"
    overrides = form.read(sent_back(form) | {"value.0": "0x10"})
    assert overrides == {"a": {"b.c": "0x10"}}
    assert "b.c = 0x10" in parameters("ini", "[a]\nb.c = 1\n", {}, overrides).form.text


def test_it_makes_a_configuration_without_template_and_schema(parameters):
    form = parameters("json", "{}", schema={})
    overrides = form.read({"key.0": "a.b", "value.0": "[1, 2]", "key.1": "c", "value.1": "true"})
    assert overrides == {"a": {"b": [1, 2]}, "c": True}
    assert parse(parameters("json", "{}", {}, overrides).form.text, "json").values == overrides


def test_it_empties_a_value(parameters):
    form = parameters()
    overrides = form.read(sent_back(form) | {"set.model.rate": ""})
    assert overrides == {"model": {"rate": ""}}
    again = parameters(overrides=overrides)
    assert again.form.problems
    assert again.read(sent_back(again)) == overrides


def test_it_stands_a_template_that_does_not_parse(parameters):
    form = parameters(text="a: [")
    assert form.form.problems
    assert form.read({"set.model.layers": "3"}) == {"model": {"layers": 3}}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.dictionaries(st.sampled_from(["set.model.layers", "set.model.rate", "set.model.sizes",
    "key.0", "key.7", "value.0", "value.1", "value.7"]), st.text(max_size=12)))  # fmt: skip
def test_it_keeps_whatever_is_typed(parameters, typed):
    form = parameters()
    overrides = form.read(sent_back(form) | typed)
    again = parameters(overrides=overrides)
    assert again.read(sent_back(again)) == overrides


def test_it_takes_values_apart_and_puts_them_together():
    values = {"a": {"b": 1, "c": {}}, "d": {"e": {"f": [1]}}}
    assert nested(dict(flatten(values, set()))) == values
    assert dict(flatten(values, {"d.e"}))[("d", "e")] == {"f": [1]}
