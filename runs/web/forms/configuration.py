"""A configuration edited as a form and as text at the same time.

The browser sends the text, the fields, and `base`: the text that the fields were made from.
A field counts as edited where it differs from its value in `base`, so neither side overwrites
what was typed in the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runs.configuration.conversion import convert, properties_of, resolved
from runs.configuration.diff import DiffLine, diff_text
from runs.configuration.document import Document, parse
from runs.configuration.fields import Field, Section, fields
from runs.configuration.overrides import check_overrides, merge
from runs.configuration.schema import validate
from runs.errors import ConfigurationInvalid, InvalidInput, Problem
from runs.models import Program

PREFIX = "set."
# Comparing lines is quadratic at worst, and this is done while somebody types: 0.4 s at most.
DIFF_LINES_MAX = 5_000


@dataclass(frozen=True)
class Control:
    """One field as the page shows it, with what was typed and what is wrong with it."""

    number: int
    field: Field
    value: str
    fault: str

    @property
    def name(self) -> str:
        return PREFIX + self.field.path

    @property
    def element_id(self) -> str:
        return f"set-{self.number}"

    @property
    def is_long(self) -> bool:
        """A browser takes line ends out of a single-line input."""
        return "\n" in self.value or (self.field.kind == "json" and len(self.value) > 40)

    @property
    def options(self) -> list[str]:
        """The choices; what stands in the text stays one of them, right or wrong."""
        choices = ["true", "false"] if self.field.kind == "boolean" else self.field.choices
        return choices if self.value in ("", *choices) else [self.value, *choices]

    @property
    def limits(self) -> str:
        """`0.001 to 1,000,000 Erlang`, as far as there are any."""
        low, high = self.field.minimum, self.field.maximum
        if low is None and high is None:
            return self.field.unit
        if high is None:
            return f"from {low:,g} {self.field.unit}".rstrip()
        if low is None:
            return f"up to {plain(high)} {self.field.unit}".rstrip()
        return f"{plain(low)} to {plain(high)} {self.field.unit}".rstrip()


def plain(number: float) -> str:
    """Without an exponent as far as a person reads it more easily."""
    return f"{number:,.0f}" if number == int(number) and abs(number) < 1e16 else f"{number:g}"


@dataclass(frozen=True)
class Group:
    section: Section
    controls: list[Control]

    @property
    def faults(self) -> int:
        return sum(bool(control.fault) for control in self.controls)


class ConfigurationForm:
    """`text` is the configuration with the edited fields put in, and `overrides` beside them;
    `problems` what is wrong."""

    def __init__(
        self, program: Program, *, text: str, base: str | None = None,
        typed: Mapping[str, str] | None = None, template: str = "",
        overrides: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.program = program
        self.sent = unix_lines(text)
        self.base = self.sent if base is None else unix_lines(base)
        self.typed = {path: unix_lines(value) for path, value in (typed or {}).items()}
        self.template = unix_lines(template)
        self.overrides = overrides or {}
        self.text = self.sent
        self.problems: list[Problem] = []
        self.document = self._read()

    def _read(self) -> Document | None:
        try:
            document = parse(self.sent, self.program.config_format)
            if edited := merge(self.edited, self.overrides):
                check_overrides(edited)
                self.text = document.with_overrides(edited)
                document = parse(self.text, self.program.config_format)
            self.problems = validate(document, self.program.schema)
            return document
        except ConfigurationInvalid as error:
            self.problems = error.problems
        except InvalidInput as error:
            self.problems = [Problem(error.message)]
        return None

    @property
    def parses(self) -> bool:
        return self.document is not None

    def _sections(self, text: str) -> list[Section]:
        try:
            values = parse(text, self.program.config_format).values
        except ConfigurationInvalid:
            values = {}
        return fields(self.program.schema, values)

    @cached_property
    def edited(self) -> dict[str, Any]:
        """What was typed where the fields had something else, as overrides."""
        edited: dict[str, Any] = {}
        for section in self._sections(self.base):
            for field in section.fields:
                value = self.typed.get(field.path)
                if value is not None and value != (field.value or ""):
                    edited = merge(edited, self._override(section, field, value))
        return edited

    def _override(self, section: Section, field: Field, text: str) -> dict[str, Any]:
        keys = keys_of(section, field, nested=self.program.config_format != "ini")
        value: Any = text
        if self.program.config_format != "ini":
            value = typed_value(self.program.schema, keys, text)
        for key in reversed(keys):
            value = {key: value}
        return value

    @cached_property
    def groups(self) -> list[Group]:
        """The form's fields: of the text where it parses, else as they were sent."""
        numbers = iter(range(10**6))
        faults = {problem.path: problem.message for problem in self.problems}
        return [
            Group(section, list(self._controls(section, numbers, faults)))
            for section in self._sections(self.text if self.parses else self.base)
        ]

    def _controls(
        self, section: Section, numbers: Iterator[int], faults: dict[str, str]
    ) -> Iterator[Control]:
        for field in section.fields:
            value = field.value or ""
            if not self.parses:
                value = self.typed.get(field.path, value)
            yield Control(next(numbers), field, value, fault_at(field.path, faults))

    @property
    def controls(self) -> list[Control]:
        return [control for group in self.groups for control in group.controls]

    @cached_property
    def hunks(self) -> list[list[DiffLine]]:
        """Against the template; none where there is none, or too much of it."""
        if not self.template or self.is_long:
            return []
        return diff_text(self.template, self.text)

    @property
    def is_long(self) -> bool:
        return max(text.count("\n") for text in (self.template, self.text)) > DIFF_LINES_MAX

    @property
    def changed_lines(self) -> int:
        return sum(line.kind == "+" for hunk in self.hunks for line in hunk) or sum(
            line.kind == "-" for hunk in self.hunks for line in hunk
        )


def unix_lines(text: str) -> str:
    """A browser ends the lines of a form with \\r\\n, whatever the file had."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def keys_of(section: Section, field: Field, *, nested: bool) -> list[str]:
    if not section.name:
        return [field.path]
    inside = field.path[len(section.name) + 1 :]
    return [section.name, *(inside.split(".") if nested else [inside])]


def typed_value(schema: dict[str, Any], keys: list[str], text: str) -> Any:
    """As the schema types it; what is no such thing stays text, for the check to complain of."""
    part = schema
    for key in keys:
        part = resolved(properties_of(part).get(key), schema)
    try:
        return convert(text, part)
    except ValueError:
        return text


def fault_at(path: str, faults: dict[str, str]) -> str:
    """Of the field itself, or of something inside a field that holds more than one value."""
    if path in faults:
        return faults[path]
    inside = (f"{path}.", f"{path}[")
    return next((message for place, message in faults.items() if place.startswith(inside)), "")


def typed_fields(data: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(PREFIX): data[key] for key in data if key.startswith(PREFIX)}
