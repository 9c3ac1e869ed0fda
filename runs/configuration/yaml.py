"""YAML configurations, changed in place: only what is overridden is written anew."""

from collections.abc import Collection
from typing import Any, NamedTuple

from runs.configuration.json import pruned
from runs.configuration.overrides import merge
from runs.configuration.places import Path, invalid
from runs.configuration.scalars import write_block, write_flow
from runs.configuration.yaml_nodes import Node, read_nodes
from runs.errors import ConfigurationInvalid, InvalidInput


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class YamlDocument:
    format = "yaml"

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = read_nodes(text)
        self.values: dict[str, Any] = {}
        if self.root and self.root.value is not None:
            if not isinstance(self.root.value, dict):
                raise invalid("expected keys with values at the top", line=self.root.line)
            self.values = self.root.value

    def line_of(self, path: Path) -> int | None:
        node = self.root
        for part in path:
            node = node.children.get(part) if node else None
        return node.line if node else None

    def with_overrides(self, overrides: dict[str, Any]) -> str:
        return _proven(self._edited(overrides), merge(self.values, overrides))

    def without(self, paths: Collection[Path]) -> str:
        wanted = pruned(self.values, paths)
        if self.root is None or wanted == self.values:
            return self.text
        text = self.text
        edits = self._removals(self.root, wanted)
        for start, end, new in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[:start] + new + text[end:]
        return _proven(text, wanted)

    def _removals(self, node: Node, wanted: dict[str, Any]) -> list[_Edit]:
        if node.flow:
            return [_Edit(node.start, node.end, write_flow(wanted))]
        if not wanted:
            return self._replaced(node, {})
        edits: list[_Edit] = []
        for key, child in node.children.items():
            if key not in wanted:
                start = self._line_start(child.colon)
                edits.append(_Edit(start, self._line_end(child.last), ""))
            elif child.value != wanted[key]:
                edits += self._removals(child, wanted[key])
        return edits

    def _edited(self, overrides: dict[str, Any]) -> str:
        text = self.text
        if self.root is None:
            return text + _line_break(text) + write_block(overrides, 0)
        # From the end, so that places stay true. Of two at one place, the first in the list
        # ends up behind: a section's new keys behind its changed last value.
        edits = self._edits(self.root, overrides)
        for start, end, new in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _edits(self, node: Node, overrides: dict[str, Any]) -> list[_Edit]:
        if node.value is None:
            return [_Edit(node.start, node.end, "\n" + write_block(overrides, 0))]
        edits: list[_Edit] = []
        new: dict[str, Any] = {}
        for key, value in overrides.items():
            child = node.children.get(key)
            if child is None:
                new[key] = merge({key: node.value.get(key)}, {key: value})[key]
            elif child.kind == "mapping" and isinstance(value, dict):
                edits += self._edits(child, value)
            elif not _same(child.value, value):
                edits += self._replaced(child, merge({key: child.value}, {key: value})[key])
        if new and node.flow:
            return [_Edit(node.start, node.end, write_flow(merge(node.value, overrides)))]
        return [self._inserted(node, new), *edits] if new else edits

    def _replaced(self, node: Node, value: Any) -> list[_Edit]:
        new = write_flow(value)
        block_below = node.kind in ("mapping", "sequence") and not node.flow
        if block_below and "\n" in self.text[node.colon : node.start]:
            lines = _Edit(self._line_start(node.start), self._line_end(node.last), "")
            return [_Edit(node.colon, node.colon, f" {new}"), lines]
        if node.start == node.colon:
            new = f" {new}"
        if self.text[node.start : node.end].endswith("\n"):
            new += "\n"
        return [_Edit(node.start, node.end, new)]

    def _inserted(self, node: Node, new: dict[str, Any]) -> _Edit:
        place = self._line_end(node.last)
        text = _line_break(self.text[:place]) + write_block(new, node.column)
        return _Edit(place, place, text)

    def _line_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def _line_end(self, place: int) -> int:
        """The start of the next line; a block of text already ends there."""
        if self.text[place - 1 : place] == "\n":
            return place
        return self.text.find("\n", place) + 1 or len(self.text)


def _line_break(text: str) -> str:
    return "\n" if text and not text.endswith("\n") else ""


def _proven(text: str, wanted: dict[str, Any]) -> str:
    """Rare forms (an anchor that others use, a key over several lines) do not survive an edit
    in place: better refused than a run with other values than it shows."""
    try:
        same = YamlDocument(text).values == wanted
    except ConfigurationInvalid as error:
        raise _unwritable() from error
    if not same:
        raise _unwritable()
    return text


def _same(before: Any, after: Any) -> bool:
    return type(before) is type(after) and bool(before == after)


def _unwritable() -> InvalidInput:
    return InvalidInput(
        "these values cannot be put into this YAML without changing others "
        "(an anchor or an unusual form is in the way): edit its text instead",
        field="overrides",
    )
