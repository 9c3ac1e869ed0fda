"""An event as listeners are told of it."""

from functools import cached_property

from runs.models import Event

from .pieces import SharedText


class SharedEvent:
    """Serialised when the first listener is told, once for all of them."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.seq = event.seq
        self.topic = event.topic
        self.subject = event.subject
        self.project = event.project

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
