"""Form and text are one configuration: what is typed on either side stays."""

import json

import pytest

from runs.lifecycle.bundled import shipped_fields
from runs.models import Program
from runs.web.forms.configuration import ConfigurationForm

TEXT = "; kept\n[net]\nname = nsfnet\nslots = 10\n"
SCHEMA = {
    "type": "object",
    "properties": {
        "net": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "enum": ["nsfnet", "toy"]},
                "slots": {"type": "integer", "minimum": 1},
                "guard": {"type": "integer", "default": 1},
                "fast": {"type": "boolean"},
                "mix": {"type": "object"},
            },
            "required": ["name", "slots"],
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}


@pytest.fixture
def program():
    return Program(slug="p", schema=SCHEMA, config_format="ini")


def values(form):
    return {control.field.path: control.value for control in form.controls}


def faults(form):
    return {control.field.path: control.fault for control in form.controls if control.fault}


def test_it_shows_the_text_as_fields(program):
    form = ConfigurationForm(program, text=TEXT)
    assert values(form)["net.slots"] == "10"
    assert values(form)["net.guard"] == ""
    assert form.problems == []


def test_it_puts_an_edited_field_into_the_text(program):
    form = ConfigurationForm(program, text=TEXT, base=TEXT, typed={"net.slots": "20"})
    assert form.text == TEXT.replace("10", "20")


def test_it_keeps_text_that_was_typed_beside_an_edited_field(program):
    text = TEXT.replace("; kept", "; typed meanwhile") + "guard = 2\n"
    typed = {"net.slots": "20", "net.guard": "", "net.name": "nsfnet"}
    form = ConfigurationForm(program, text=text, base=TEXT, typed=typed)
    assert form.text == text.replace("10", "20")


def test_it_lets_an_untouched_field_follow_the_text(program):
    typed = {"net.slots": "10", "net.name": "nsfnet"}
    text = TEXT.replace("10", "30")
    form = ConfigurationForm(program, text=text, base=TEXT, typed=typed)
    assert values(form)["net.slots"] == "30"


def test_it_takes_the_line_ends_of_a_browser(program):
    sent = TEXT.replace("\n", "\r\n")
    form = ConfigurationForm(program, text=sent, base=sent, typed={}, template=TEXT)
    assert form.text == TEXT
    assert form.hunks == []


def test_it_says_a_fault_at_field_and_line(program):
    form = ConfigurationForm(program, text=TEXT, base=TEXT, typed={"net.slots": "ten"})
    assert faults(form) == {"net.slots": "expected a whole number, got 'ten'"}
    assert form.problems[0].line == 4
    assert "slots = ten" in form.text


def test_it_keeps_the_fields_while_the_text_does_not_parse(program):
    typed = {"net.slots": "20", "net.name": "toy"}
    form = ConfigurationForm(program, text="no header\n", base=TEXT, typed=typed)
    assert not form.parses
    assert form.problems[0].line == 1
    assert values(form)["net.slots"] == "20"
    assert form.text == "no header\n"


def test_it_offers_a_wrong_choice_beside_the_right_ones(program):
    form = ConfigurationForm(program, text=TEXT.replace("nsfnet", "mars"))
    control = form.controls[0]
    assert control.options == ["mars", "nsfnet", "toy"]
    assert control.fault


def test_it_keeps_the_line_ends_inside_of_a_value(program):
    text = '[net]\nname = toy\nslots = 1\nmix = {"a": 1,\n    "b": 2}\n'
    control = next(c for c in ConfigurationForm(program, text=text).controls if "\n" in c.value)
    typed = {"net.mix": control.value.replace("\n", "\r\n")}
    assert control.is_long
    assert ConfigurationForm(program, text=text, base=text, typed=typed).text == text


def test_it_refuses_what_the_format_cannot_hold(program):
    form = ConfigurationForm(program, text=TEXT, base=TEXT, typed={"net.mix": "a\n# b"})
    assert [problem.message for problem in form.problems]
    assert form.text == TEXT


@pytest.mark.parametrize("junk", ["\0", "[net]\n" * 2, "[" * 5000, "\ud800", "x" * 2_000_000])
def test_it_survives_junk(program, junk):
    form = ConfigurationForm(program, text=junk, base=junk, typed={"net.slots": junk})
    assert form.problems
    assert form.groups


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_it_types_values_where_the_format_has_types(program, format):
    program.config_format = format
    text = json.dumps({"net": {"name": "toy", "slots": 1}})
    typed = {"net.slots": "7", "net.fast": "true", "net.mix": '{"a": 1}'}
    form = ConfigurationForm(program, text=text, base=text, typed=typed)
    assert form.document.values["net"] == {
        "name": "toy", "slots": 7, "fast": True, "mix": {"a": 1},
    }  # fmt: skip


def test_it_counts_the_lines_that_differ_from_the_template(program):
    form = ConfigurationForm(program, text=TEXT + "guard = 3\n", template=TEXT)
    assert form.changed_lines == 1


def test_it_does_not_compare_what_takes_long(program):
    form = ConfigurationForm(program, text=TEXT + "\n" * 6000, template=TEXT)
    assert form.is_long
    assert form.hunks == []


def test_it_says_limits_as_a_person_would():
    program = Program(config_format="ini", **shipped_fields())
    limits = {c.field.path: c.limits for c in ConfigurationForm(program, text="").controls}
    assert limits["general_settings.erlang_start"] == "0.001 to 1,000,000 Erlang"
    assert limits["general_settings.seed"] == "0 to 9,007,199,254,740,991"
