"""An event as listeners are told of it."""

from functools import cached_property
from typing import Any

from runs.models import Event

from .pieces import SharedText

# What a session's event carries for those who listen to everything: its own socket knows it.
OF_ALL = frozenset({"id", "owner_id"})


class SharedEvent:
    """Serialised when the first listener is told, once for all of them."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.seq = event.seq
        self.topic = event.topic
        self.kind = event.kind
        self.subject = event.subject
        self.project = event.project

    @property
    def owner_id(self) -> int | None:
        """Of the creation session that it tells of."""
        found: int | None = self.event.payload.get("owner_id")
        return found

    @property
    def batch(self) -> str | None:
        """Of the run that it tells of, where that is of one."""
        found: str | None = self.event.payload.get("batch")
        return found

    @cached_property
    def text(self) -> SharedText:
        return SharedText.of(
            {
                "v": 1,
                "seq": self.event.seq,
                "topic": self.event.topic,
                "kind": self.event.kind,
                "at": self.event.at.isoformat(),
                "payload": self.event.payload,
            }
        )

    @cached_property
    def session_frame(self) -> SharedText:
        """As the socket of the creation session that it tells of has it."""
        told = self.event.payload.items()
        return session_frame(
            self.seq,
            self.event.payload["id"],
            self.event.kind.partition(".")[2],
            self.event.at.isoformat(),
            {name: value for name, value in told if name not in OF_ALL},
        )


def session_frame(
    seq: int, session_id: str, kind: str, at: str, payload: dict[str, Any]
) -> SharedText:
    head = {"v": 1, "seq": seq, "session_id": session_id, "kind": kind, "at": at}
    return SharedText.of(head | payload)
