"""A run's values as a form: what differs from the template is what is kept, as overrides."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runs.configuration.document import parse
from runs.configuration.fields import fields
from runs.configuration.ini import as_text
from runs.configuration.overrides import merge, parse_override
from runs.errors import ConfigurationInvalid, InvalidInput, NotFound
from runs.lifecycle.services import template_text
from runs.models import Program
from runs.web.forms.configuration import ConfigurationForm, typed_fields

from .drafts import Draft, typed

Keys = tuple[str, ...]
# Beyond, the template's own keys that no schema names are left to the launch pad's text.
MOST_ROWS = 300
BLANK_ROWS = 2
ROW = re.compile(r"(key|value)\.(\d{1,4})")


@dataclass(frozen=True)
class Row:
    """A value that no schema describes. `path` is empty in a row to be filled in; a key of the
    template's own is not to be renamed."""

    number: int
    path: str
    value: str
    is_own: bool


class Parameters:
    """`form` has the fields of the schema, `rows` what is beside it."""

    def __init__(self, draft: Draft, program: Program) -> None:
        self.program = program
        self.overrides = draft.texts("overrides")
        self.template = read_template(draft, program)
        known = set(self.schema_paths)
        flat = dict(flatten(self.overrides, known))
        self.beside = {keys: flat[keys] for keys in flat if ".".join(keys) not in known}
        self.form = ConfigurationForm(
            program,
            text=self.template,
            base=self.template,
            typed={".".join(k): as_typed(flat[k]) for k in flat if ".".join(k) in known},
            template=self.template,
            overrides=nested(self.beside),
        )

    @cached_property
    def values(self) -> dict[str, Any]:
        """The template's; none where it does not parse, which the form says."""
        try:
            return parse(self.template, self.program.config_format).values
        except ConfigurationInvalid:
            return {}

    @cached_property
    def schema_paths(self) -> list[str]:
        sections = fields(self.program.schema, self.values)
        return [field.path for section in sections for field in section.fields]

    @cached_property
    def own(self) -> dict[Keys, Any]:
        """The template's values that no schema describes."""
        known = set(self.schema_paths)
        found = [each for each in flatten(self.values, known) if ".".join(each[0]) not in known]
        return dict(found) if len(found) <= MOST_ROWS else {}

    @property
    def rows(self) -> list[Row]:
        merged = {**self.own, **self.beside}
        filled = [
            Row(number, ".".join(keys), as_typed(value), keys in self.own)
            for number, (keys, value) in enumerate(merged.items())
        ]
        blank = [Row(len(filled) + n, "", "", False) for n in range(BLANK_ROWS)]
        return filled + blank

    def read(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """The overrides that were typed: what is as in the template is none of them."""
        sent_fields = {path: value.replace("\0", "") for path, value in typed_fields(sent).items()}
        form = ConfigurationForm(
            self.program, text=self.template, base=self.template, typed=sent_fields
        )
        return merge(form.edited, nested(dict(self.read_rows(sent))))

    def read_rows(self, sent: Mapping[str, str]) -> Iterator[tuple[Keys, Any]]:
        numbers = sorted({int(found[2]) for key in sent if (found := ROW.fullmatch(key))})
        own = {".".join(keys): keys for keys in self.own}
        for number in numbers:
            path, text = typed(sent, f"key.{number}").strip(), typed(sent, f"value.{number}")
            keys = own.get(path) or split(path, self.program.config_format)
            if path and not (keys in self.own and as_typed(self.own[keys]) == text):
                yield keys, self.read_value(text)

    def read_value(self, text: str) -> Any:
        """An INI knows texts alone; elsewhere a value is what it looks like."""
        if self.program.config_format == "ini":
            return text
        try:
            return parse_override(f"value={text}")["value"]
        except InvalidInput:
            return text


def read_template(draft: Draft, program: Program) -> str:
    """Empty where it is gone, which the step before says."""
    try:
        return template_text(program, draft.text("template"))
    except NotFound:
        return ""


def split(path: str, config_format: str) -> Keys:
    """An INI has a section and a key, which may have dots of its own."""
    return tuple(path.split(".", 1) if config_format == "ini" else path.split("."))


def flatten(
    values: Mapping[str, Any], known: set[str], above: Keys = ()
) -> Iterator[tuple[Keys, Any]]:
    """Each value that holds no others, with its keys; what a field shows as one is one."""
    for key, value in values.items():
        keys = (*above, str(key))
        if isinstance(value, dict) and value and ".".join(keys) not in known:
            yield from flatten(value, known, keys)
        else:
            yield keys, value


def nested(flat: Mapping[Keys, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for keys, value in flat.items():
        for key in reversed(keys):
            value = {key: value}
        whole = merge(whole, value)
    return whole


def as_typed(value: Any) -> str:
    return value if isinstance(value, str) else as_text(value)
