"""What followers of a file are sent: made once, the same object for all of them."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


class SharedText(str):
    """The JSON of one frame, encoded once. A server may keep on it what it sends, `wire`."""

    encoded: bytes
    wire: bytes | None = None

    def __new__(cls, text: str) -> "SharedText":
        """Raises UnicodeEncodeError for half of a surrogate pair."""
        shared = super().__new__(cls, text)
        shared.encoded = text.encode()
        return shared

    @classmethod
    def of(cls, frame: dict[str, Any]) -> "SharedText":
        try:
            return cls(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
        except UnicodeEncodeError:
            # a program may write "\ud800", which is JSON and no character
            return cls(json.dumps(frame, separators=(",", ":")))


@dataclass(frozen=True)
class Frame:
    """One thing to send: `next` is where a follower stands after it."""

    kind: str
    next: int
    text: SharedText

    @cached_property
    def as_event(self) -> bytes:
        """As a Server-Sent Event. JSON has no newline of its own, so its data is one line."""
        head = f"event: {self.kind}\nid: {self.next}\ndata: ".encode()
        return head + self.text.encoded + b"\n\n"


@dataclass(frozen=True)
class Piece:
    """What bytes `offset` to `next` of a file have become.

    `reset` says that the file was begun anew and `offset` is 0 again; `full` that more of it
    is waiting already.
    """

    offset: int
    next: int
    frames: tuple[Frame, ...] = ()
    reset: bool = False
    full: bool = field(default=False, compare=False)


RESET = Frame("reset", 0, SharedText.of({"kind": "reset", "offset": 0}))
BEGUN_ANEW = Piece(0, 0, (RESET,), reset=True)


def frame_of(kind: str, offset: int, following: int, **more: Any) -> Frame:
    """A frame of the file from byte `offset` to byte `following`."""
    text = SharedText.of({"kind": kind, "offset": offset, "next": following, **more})
    return Frame(kind, following, text)
