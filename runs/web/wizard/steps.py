"""What a step of the wizard is: it reads what was typed, and shows it again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .drafts import Draft, typed
from .entries import Entry
from .faults import Faults


class Step:
    """`fields` are what it asks for, by the first part of their names in a draft's inputs."""

    name = ""
    title = ""
    template = "session/_entries.html"
    fields: tuple[str, ...] = ()

    def applies(self, draft: Draft) -> bool:
        return True

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        """The draft with all that was typed on this page, right or wrong."""
        return draft.with_inputs(**{name: typed(sent, name) for name in self.fields})

    def faults(self, faults: Faults) -> Faults:
        """Those of a whole draft that can be mended here."""
        return {name: faults[name] for name in faults if name.split(".")[0] in self.fields}

    def sentences(self, draft: Draft, faults: Faults) -> list[tuple[str, str]]:
        """(field in the person's words, what is wrong) for each of its faults."""
        labels = {entry.name: entry.label for entry in self.entries(draft)}
        return [
            (labels.get(name, self.title), sentence)
            for name, sentence in self.faults(faults).items()
        ]

    def entries(self, draft: Draft) -> list[Entry]:
        return []

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        return {"entries": with_faults(self.entries(draft), faults)}


def with_faults(entries: list[Entry], faults: Faults) -> list[Entry]:
    """Each with its own; without script, the browser takes the person to the first."""
    faulty = [entry.name for entry in entries if entry.name in faults]
    return [
        replace(entry, fault=faults.get(entry.name, ""), focus=entry.name == next(iter(faulty), ""))
        for entry in entries
    ]
