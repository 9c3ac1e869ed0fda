"""How long what a client does not read is waited for."""

import asyncio

import pytest

from runs.web import flow
from runs.web.flow import MOST_BUFFERED_BYTES, until_read


class Transport:
    """As Twisted's, as far as it is looked at: `unread` bytes wait in it."""

    offset = 0
    _tempDataLen = 0

    def __init__(self, unread):
        self.dataBuffer = bytes(unread)
        self.aborted = False

    def read(self, size):
        self.dataBuffer = self.dataBuffer[size:]

    def abortConnection(self):
        self.aborted = True


class Protocol:
    def __init__(self, unread=2 * MOST_BUFFERED_BYTES):
        self.transport = Transport(unread)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(flow, "STILL_SECONDS", 0.1)


def waited_for(protocol, *, may_stall=False, is_connected=lambda: True, seconds=5):
    async def wait():
        async with asyncio.timeout(seconds):
            await until_read(protocol, is_connected, may_stall)

    asyncio.run(wait())


def test_what_is_little_is_not_waited_for():
    protocol = Protocol(MOST_BUFFERED_BYTES)
    waited_for(protocol)
    assert not protocol.transport.aborted


def test_one_that_stands_still_is_dropped():
    protocol = Protocol()
    waited_for(protocol)
    assert protocol.transport.aborted


def test_one_that_may_stand_still_is_waited_for():
    protocol = Protocol()
    with pytest.raises(TimeoutError):
        waited_for(protocol, may_stall=True, seconds=0.5)
    assert not protocol.transport.aborted


def test_one_that_is_gone_is_not_waited_for():
    protocol = Protocol()
    waited_for(protocol, is_connected=lambda: False)
    assert not protocol.transport.aborted


def test_one_that_reads_slowly_is_waited_for():
    """Each look finds a little less, for longer than one may stand still."""
    protocol = Protocol()
    steps = 2 * MOST_BUFFERED_BYTES // 10

    def reading():
        protocol.transport.read(steps)
        return True

    waited_for(protocol, is_connected=reading)
    assert not protocol.transport.aborted
