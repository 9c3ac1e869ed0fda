"""A configuration as text, its values, and the lines they stand on."""

from collections.abc import Callable, Collection
from typing import Any, Protocol

from runs.configuration.ini import IniDocument
from runs.configuration.json import JsonDocument
from runs.configuration.places import Path, clean_text
from runs.configuration.yaml import YamlDocument
from runs.errors import InvalidInput


class Document(Protocol):
    """What every format offers. `values` is nested plain data: dict, list and scalars."""

    text: str
    values: dict[str, Any]

    @property
    def format(self) -> str: ...

    def line_of(self, path: Path) -> int | None:
        """The line, from 1, of the key or list item; None where the text has none."""
        ...

    def with_overrides(self, overrides: dict[str, Any]) -> str:
        """The text with the values put in: comments, order and formatting stay.

        New keys go to the end of their section, new sections to the end. Raises
        InvalidInput for a value the format cannot hold.
        """
        ...

    def without(self, paths: Collection[Path]) -> str:
        """The text without these keys or sections; what is not there is passed over.

        Raises InvalidInput where it cannot be taken out without changing others.
        """
        ...


FORMATS: dict[str, Callable[[str], Document]] = {
    "ini": IniDocument,
    "yaml": YamlDocument,
    "json": JsonDocument,
}


def parse(text: str, format: str) -> Document:
    """Raises ConfigurationInvalid for a text that does not parse, with the line at fault."""
    if format not in FORMATS:
        raise InvalidInput(f"unknown configuration format '{format}'", field="format")
    return FORMATS[format](clean_text(text))
