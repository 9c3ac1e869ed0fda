"""Many followers of one socket address, in a process of their own, as cheap as can be.

Usage: many_sockets.py PORT COOKIE PATH COUNT. Prints "open" once all are, follows until its
standard input ends, then prints what was seen as JSON. What arrives is only noted with its
time; it is looked at after the measurement.
"""

import asyncio
import json
import struct
import sys
import time

PORT, COOKIE, PATH, COUNT = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
HANDSHAKE = (
    f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nOrigin: http://127.0.0.1:{PORT}\r\n"
    f"Cookie: {COOKIE}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
).encode()
TEXT, PING = 0x81, 0x89
# As the page of a run does it.
ACKNOWLEDGE_SECONDS = 0.1
AT_ONCE = 20

# One object for all who got the same, so that thousands of frames cost little to note.
payloads: dict[bytes, bytes] = {}


class Follower(asyncio.Protocol):
    def __init__(self) -> None:
        self.opened = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.arrivals: list[tuple[float, bytes]] = []
        self.acknowledged = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(HANDSHAKE)

    def connection_lost(self, reason: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(reason or ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.opened.done():
            if b"\r\n\r\n" not in self.buffer:
                return
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            if b" 101 " not in head:
                self.opened.set_exception(ConnectionError(head.decode()))
                return
            self.opened.set_result(None)
        while self.take_frame():
            pass

    def take_frame(self) -> bool:
        if len(self.buffer) < 2:
            return False
        begin, size = 2, self.buffer[1]
        if size == 126:
            begin, size = 4, int.from_bytes(self.buffer[2:4], "big")
        elif size == 127:
            begin, size = 10, int.from_bytes(self.buffer[2:10], "big")
        if len(self.buffer) < begin + size:
            return False
        kind, payload = self.buffer[0], self.buffer[begin : begin + size]
        self.buffer = self.buffer[begin + size :]
        if kind == TEXT:
            self.arrivals.append((time.time(), payloads.setdefault(payload, payload)))
        elif kind == PING:
            self.send(0x8A, payload)
        return True

    def send(self, kind: int, payload: bytes) -> None:
        """Masked with zeros, which leaves it as it is."""
        self.transport.write(struct.pack("!BBI", kind, 0x80 | len(payload), 0) + payload)

    def acknowledge(self) -> None:
        if len(self.arrivals) > self.acknowledged:
            self.acknowledged = len(self.arrivals)
            last = self.arrivals[-1][1]
            # where the frame ends is said near its begin
            following = last[last.index(b'"next":') + 7 : last.index(b',"text"')]
            self.send(TEXT, b'{"ack":' + following + b"}")


async def follow() -> list[Follower]:
    loop = asyncio.get_running_loop()
    followers: list[Follower] = []
    for begin in range(0, COUNT, AT_ONCE):
        some = [
            loop.create_connection(Follower, "127.0.0.1", PORT)
            for _ in range(min(AT_ONCE, COUNT - begin))
        ]
        fresh = [protocol for _, protocol in await asyncio.gather(*some)]
        await asyncio.gather(*(follower.opened for follower in fresh))
        followers += fresh
    print("open", flush=True)
    told_to_end = loop.run_in_executor(None, sys.stdin.read)
    while not told_to_end.done():
        await asyncio.sleep(ACKNOWLEDGE_SECONDS)
        for follower in followers:
            follower.acknowledge()
    return followers


def seen(followers: list[Follower]) -> dict[str, object]:
    """Seconds from each line's own time to its arrival, and how many followers lack something."""
    frames = {payload: json.loads(payload) for payload in payloads}
    latencies: list[float] = []
    reached: list[int] = []
    for follower in followers:
        offset = frames[follower.arrivals[0][1]]["offset"] if follower.arrivals else 0
        for arrived, payload in follower.arrivals:
            frame = frames[payload]
            if frame["kind"] != "log" or frame["offset"] != offset:
                offset = -1
                break
            offset = frame["next"]
            latencies += [arrived - float(line[:17]) for line in frame["text"].splitlines()]
        reached.append(offset)
    latencies.sort()
    return {
        "reached": reached,
        "frames": sum(len(follower.arrivals) for follower in followers),
        "lines": len(latencies),
        "median": latencies[len(latencies) // 2] if latencies else 0,
        "p99": latencies[len(latencies) * 99 // 100] if latencies else 0,
        "most": latencies[-1] if latencies else 0,
    }


print(json.dumps(seen(asyncio.run(follow()))))
