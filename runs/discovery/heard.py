"""Turn what inotify says into places below a root that are worth a look."""

from runs.files.inotify import Change

from .inventory import NAME_DEPTH, Inventory, Parts
from .kinds import Key, Kind


class Heard:
    """Gathers changes until they are taken up; the same place many times is one look."""

    def __init__(self, root: str, inventory: Inventory, kind: Kind) -> None:
        self.root = root
        self.inventory = inventory
        self.kind = kind
        self.places: set[Parts] = set()
        self.leaves: set[Key] = set()

    def __bool__(self) -> bool:
        return bool(self.places or self.leaves)

    def take(self, change: Change) -> None:
        parts = self._parts(change.path)
        if len(parts) <= NAME_DEPTH:
            if not change.name.startswith("."):
                self.places.add(parts)
            return
        name = self.inventory.name(parts[:NAME_DEPTH])
        suffix = "/".join(parts[NAME_DEPTH:])
        if name is None or suffix not in name.leaves:
            # between a name and its leaves, or gone: the name's listing tells
            self.places.add(parts[:NAME_DEPTH])
        elif not change.name or self.kind.minds(change.name):
            self.leaves.add(Key(parts[0], parts[1], parts[2], suffix))

    def empty(self) -> tuple[set[Parts], set[Key]]:
        """What was gathered, which is forgotten here."""
        places, leaves = self.places, self.leaves
        self.places, self.leaves = set(), set()
        return places, leaves

    def _parts(self, path: str) -> Parts:
        below = path[len(self.root) :].strip("/")
        return tuple(below.split("/")) if below else ()
