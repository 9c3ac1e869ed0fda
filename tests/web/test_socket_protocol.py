"""Frames of the socket protocol: the short ways give what the long ones would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from runs.web.socket_protocol import short_text, text_frame, write_now


def sent_by_client(text, *, fin=True, mask=True, opcode=Opcode.TEXT):
    return Frame(opcode, text, fin).serialize(mask=mask)


@given(st.text(min_size=1, max_size=31))
def test_it_reads_a_short_text_as_it_was_written(text):
    assert short_text(sent_by_client(text.encode())) == text.encode()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 124, 125])
def test_it_reads_every_length(size):
    assert short_text(sent_by_client(b"x" * size)) == b"x" * size


OTHERS = {
    "nothing": b"",
    "a head alone": b"\x81\x85",
    "no text": sent_by_client(b""),
    "a long text": sent_by_client(b"x" * 126),
    "a part of a message": sent_by_client(b"x", fin=False),
    "not masked": sent_by_client(b"x", mask=False),
    "two frames": sent_by_client(b"x") * 2,
    "half a frame": sent_by_client(b"x" * 20)[:12],
    "bytes": sent_by_client(b"x", opcode=Opcode.BINARY),
    "ping": sent_by_client(b"x", opcode=Opcode.PING),
    "close": sent_by_client(b"\x03\xe8", opcode=Opcode.CLOSE),
    "no UTF-8": sent_by_client(b"\xff\xfe"),
    "half a character": sent_by_client("€".encode()[:2]),
}


@pytest.mark.parametrize("what", OTHERS)
def test_it_leaves_whatever_else_to_autobahn(what):
    assert short_text(OTHERS[what]) is None


@given(st.binary(max_size=140))
def test_it_never_fails(data):
    text = short_text(data)
    assert text is None or len(text) == len(data) - 6


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_it_writes_a_text_as_another_library_does(size):
    payload = b"x" * size
    assert text_frame(payload) == sent_by_client(payload, mask=False)


class Transport:
    """As Twisted's, over a pipe of the kernel's with room for `room` bytes."""

    connected = True
    disconnecting = False

    def __init__(self, room):
        self.room = room
        self.sent = self.dataBuffer = b""
        self._tempDataBuffer = []

    def writeSomeData(self, data):
        taken = data[: self.room]
        self.sent += taken
        self.room -= len(taken)
        return len(taken)

    def write(self, data):
        self._tempDataBuffer.append(data)


def test_what_the_kernel_does_not_take_waits_in_its_order():
    transport = Transport(room=5)
    for word in (b"one", b"two", b"three"):
        write_now(transport, word)
    assert (transport.sent, transport._tempDataBuffer) == (b"onetw", [b"o", b"three"])


def test_what_waits_is_not_overtaken():
    transport = Transport(room=100)
    transport.dataBuffer = b"before"
    write_now(transport, b"after")
    assert (transport.sent, transport._tempDataBuffer) == (b"", [b"after"])


def test_a_lost_connection_is_left_to_the_reactor():
    transport = Transport(room=0)
    transport.writeSomeData = lambda data: ConnectionResetError()
    write_now(transport, b"word")
    assert transport._tempDataBuffer == [b"word"]
