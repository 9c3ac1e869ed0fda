"""What stood below a root when it was last looked at; in memory, for a hundred thousand leaves."""

from collections.abc import Iterator

from .kinds import Fault, Key, Look, NameKey, Signature

NAME_DEPTH = 3
Parts = tuple[str, ...]


class Name:
    """`branches`: see `Listing`; empty until it is listed. A change of `mark` is settled."""

    __slots__ = ("branches", "leaves", "mark")

    def __init__(self) -> None:
        self.branches: dict[str, int] = {}
        self.leaves: dict[str, Look] = {}
        self.mark: Signature | None = None


class Directory:
    """The root, a project or a group. `changed_ns` is 0 while it must be listed again."""

    __slots__ = ("changed_ns", "children", "device")

    def __init__(self) -> None:
        self.changed_ns = 0
        self.device = 0
        self.children: dict[str, Node] = {}


Node = Directory | Name


class Inventory:
    """A tree of names with their leaves; `vanished` are leaves that are gone from the disk and
    whose rows have not been removed yet, `faults` by the directory whose listing met them."""

    def __init__(self) -> None:
        self.top = Directory()
        self.vanished: dict[Key, Look] = {}
        self.faults: dict[str, list[Fault]] = {}

    def add(self, key: Key, look: Look) -> None:
        name = self.name(key.name_key, make=True)
        assert name is not None
        name.leaves[key.suffix] = look

    def name(self, parts: Parts, *, make: bool = False) -> Name | None:
        node: Node = self.top
        for depth, part in enumerate(parts):
            if not isinstance(node, Directory):
                return None
            child = node.children.get(part)
            if child is None and make:
                child = Name() if depth + 1 == NAME_DEPTH else Directory()
                node.children[part] = child
            if child is None:
                return None
            node = child
        return node if isinstance(node, Name) else None

    def directory(self, parts: Parts) -> Directory | None:
        """The root, project or group of these parts."""
        node: Node = self.top
        for part in parts:
            child = node.children.get(part) if isinstance(node, Directory) else None
            if child is None:
                return None
            node = child
        return node if isinstance(node, Directory) else None

    def look(self, key: Key) -> Look | None:
        name = self.name(key.name_key)
        return name.leaves.get(key.suffix) if name else None

    def note(self, key: Key, look: Look) -> None:
        """A leaf as it was read; one that has left the inventory since stays out of it."""
        name = self.name(key.name_key)
        if name and key.suffix in name.leaves:
            name.leaves[key.suffix] = look

    def names(self) -> Iterator[tuple[NameKey, Name]]:
        for parts, node in below(self.top, ()):
            project, group, name = parts
            yield (project, group, name), node

    def count(self) -> int:
        return sum(len(name.leaves) for _, name in self.names())

    def directories(self) -> int:
        """All that a watch would be set on."""
        upper = 1 + sum(_upper(node) for node in self.top.children.values())
        return upper + sum(len(name.branches) + len(name.leaves) for _, name in self.names())

    def all_faults(self) -> list[Fault]:
        return [fault for faults in self.faults.values() for fault in faults]

    def forget_faults(self, path: str) -> None:
        """Those of a directory that is gone, and below."""
        for known in [each for each in self.faults if f"{each}/".startswith(f"{path}/")]:
            del self.faults[known]


def below(node: Node, parts: Parts) -> Iterator[tuple[Parts, Name]]:
    """Every name at or below a node whose parts are `parts`."""
    if isinstance(node, Name):
        yield parts, node
        return
    for child_name, child in node.children.items():
        yield from below(child, (*parts, child_name))


def _upper(node: Node) -> int:
    if isinstance(node, Name):
        return 0
    return 1 + sum(_upper(child) for child in node.children.values())
