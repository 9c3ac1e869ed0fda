"""YAML text → a tree of values that know where they stand.

ruamel.yaml splits the text into events; values, anchors and merge keys are made here,
in one pass and bounded: no tag makes an object, and no anchor grows beyond NODES_MAX.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from runs.configuration.places import NESTING_MAX, Path, invalid
from runs.configuration.scalars import read_scalar
from runs.errors import ConfigurationInvalid

# About 1 s of reading: the scanner manages 20,000 values a second. Aliases count in full.
NODES_MAX = 20_000


@dataclass
class Node:
    """`start` and `end` are places in the text; `line` counts from 1, and for a value in a
    mapping is its key's. `colon` is the place behind the key. `last` ends the last leaf."""

    kind: str
    value: Any
    start: int
    end: int
    line: int
    column: int = 0
    colon: int = 0
    flow: bool = False
    last: int = 0
    size: int = 1
    children: dict[str, "Node"] = field(default_factory=dict)


def read_nodes(text: str) -> Node | None:
    """The root, or None where the text holds nothing. Raises ConfigurationInvalid."""
    try:
        # A new reader each time: the version of a %YAML line sticks to the old one.
        return _Reader(YAML(typ="safe", pure=True).parse(text), text).root()
    except YAMLError as error:
        raise _translated(error, text) from error


def _translated(error: YAMLError, text: str) -> ConfigurationInvalid:
    if not isinstance(error, MarkedYAMLError):
        return invalid(f"cannot be read as YAML: {_first_line(error)}")
    mark = error.problem_mark or error.context_mark
    if error.problem == "could not find expected ':'":
        # Found out only where the next line begins.
        mark = error.context_mark or mark
    line = mark.line + 1 if mark else None
    if "'\\t'" in str(error.problem):
        return invalid("a tab stands where YAML allows only spaces", line=line)
    context = f", {error.context}" if error.context else ""
    return invalid(f"cannot be read as YAML: {error.problem}{context}", line=line)


def _first_line(error: YAMLError) -> str:
    return (str(error).splitlines() or ["unknown fault"])[0]


class _Reader:
    def __init__(self, events: Iterator[Event], text: str) -> None:
        self.events = events
        self.text = text
        self.anchors: dict[str, Node] = {}
        self.read = 0

    def root(self) -> Node | None:
        root = None
        for event in self.events:
            if isinstance(event, StreamEndEvent):
                return root
            if isinstance(event, DocumentStartEvent):
                if root:
                    raise invalid("only one document is allowed", line=_line(event))
                root = self.node(next(self.events), (), _line(event))
        return root

    def node(self, event: Event, path: Path, line: int) -> Node:
        self._check(event, path)
        if isinstance(event, AliasEvent):
            return self._alias(event, path, line)
        node = self._content(event, path, line)
        if node.size > NODES_MAX:
            raise invalid(f"more than {NODES_MAX} values, counting aliases", path, line)
        if isinstance(event, NodeEvent) and event.anchor:
            # Only now: an alias inside of its own anchor would have no end.
            self.anchors[event.anchor] = node
        return node

    def _content(self, event: Event, path: Path, line: int) -> Node:
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, path, line)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, path, line)
        assert isinstance(event, ScalarEvent)
        return self._scalar(event, path, line)

    def _check(self, event: Event, path: Path) -> None:
        self.read += 1
        if self.read > NODES_MAX:
            raise invalid(f"more than {NODES_MAX} values", path, _line(event))
        if len(path) > NESTING_MAX:
            raise invalid(f"nested more than {NESTING_MAX} deep", path[:1], _line(event))
        tag = getattr(event, "ctag", None)
        if tag:
            raise invalid(f"tags ({tag}) are not allowed", path, _line(event))

    def _alias(self, event: AliasEvent, path: Path, line: int) -> Node:
        target = self.anchors.get(event.anchor)
        if target is None:
            raise invalid(f"*{event.anchor} stands for nothing before it", path, _line(event))
        start, end = _span(event)
        value = copy.deepcopy(target.value)
        return Node("alias", value, start, end, line, last=end, size=target.size)

    def _scalar(self, event: ScalarEvent, path: Path, line: int) -> Node:
        start, end = _span(event)
        try:
            value = read_scalar(event.value) if event.implicit[0] else event.value
        except ValueError as error:
            raise invalid(str(error), path, _line(event)) from error
        return Node("scalar", value, start, end, line, last=end)

    def _sequence(self, event: SequenceStartEvent, path: Path, line: int) -> Node:
        node = _collection("sequence", [], event, line)
        while not isinstance(item := next(self.events), SequenceEndEvent):
            key = str(len(node.value))
            self._add(node, key, self.node(item, (*path, key), _line(item)))
            node.value.append(node.children[key].value)
        return _closed(node, item)

    def _mapping(self, event: MappingStartEvent, path: Path, line: int) -> Node:
        node = _collection("mapping", {}, event, line)
        merged: list[Node] = []
        while not isinstance(name := next(self.events), MappingEndEvent):
            key = self._key(name, path)
            child = self.node(next(self.events), (*path, key), _line(name))
            child.colon = self.text.find(":", name.end_mark.index) + 1
            if key == "<<":
                merged.append(child)
            elif key in node.value:
                raise invalid("this key appears twice", (*path, key), _line(name))
            else:
                node.value[key] = child.value
            self._add(node, key, child)
        for child in merged:
            _merge_in(node.value, child, path)
        return _closed(node, name)

    def _key(self, event: Event, path: Path) -> str:
        self._check(event, path)
        if not isinstance(event, ScalarEvent) or event.anchor:
            raise invalid("a key has to be plain text", path, _line(event))
        return str(event.value)

    def _add(self, node: Node, key: str, child: Node) -> None:
        node.children[key] = child
        node.size += child.size
        node.last = max(node.last, child.last)


def _merge_in(values: dict[str, Any], merged: Node, path: Path) -> None:
    """`<<: *base`: the keys of base, where the mapping has none of its own."""
    for base in merged.value if isinstance(merged.value, list) else [merged.value]:
        if not isinstance(base, dict):
            raise invalid("expected a mapping to merge", (*path, "<<"), merged.line)
        for key, value in base.items():
            values.setdefault(key, value)


def _collection(kind: str, value: Any, event: CollectionStartEvent, line: int) -> Node:
    start, end = _span(event)
    column = event.start_mark.column
    return Node(kind, value, start, end, line, column, flow=bool(event.flow_style), last=end)


def _closed(node: Node, event: Event) -> Node:
    if node.flow:
        node.end = node.last = event.end_mark.index
    else:
        node.end = node.last
    return node


def _span(event: Event) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
