"""Forks shims: an interpreter that has loaded all a shim needs, and waits to become one.

Run as ``python3 -I -S shim_server.py SOCKET_FD`` by the local executor, with SIGTERM and SIGINT
blocked, at the other end of a SOCK_SEQPACKET pair. A request is the path of a launch file, with
two descriptors beside it: the lock of the run's directory, and what takes the shim's stderr. The
answer comes from the shim itself, before it does anything else: ``{"pid", "start_ticks"}``; or,
where nothing was started, ``{"error"}``.

It ends when its supervisor does: the socket says so. Its shims go on without it, in sessions of
their own; what it holds of a directory's lock is closed before the next request.

Standard library alone, as the shim. Linux only.
"""

# ruff: noqa: PTH100, PTH118, PTH119, PTH120, PTH123  (pathlib would be in the memory of each shim)
from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys

if __name__ == "__main__":  # -I keeps our own folder out of the path
    sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from runs.lifecycle import shim
from runs.lifecycle.process_tree import read_process

REQUEST_BYTES = 8192
FDS = 2
COMM_BYTES = 15  # of a process's short name, as the kernel keeps it


def serve(connection: socket.socket) -> int:
    """Fork for each request until the supervisor is gone; only a shim returns from here sooner,
    with its exit code."""
    # The kernel collects our dead: a shim is nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()  # what is shared is not written to, and stays shared
    while True:
        path, descriptors = receive(connection)
        if not path:
            return 0
        if fork_answering(connection, descriptors) == 0:
            return become_shim(connection, path, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def fork_answering(connection: socket.socket, descriptors: list[int]) -> int:
    """The child's pid, 0 in the child; -1 after an answer that says why there is none."""
    try:
        if len(descriptors) != FDS:
            raise OSError("a request has come without its descriptors")
        return os.fork()
    except OSError as error:
        answer(connection, {"error": str(error)})
        return -1


def receive(connection: socket.socket) -> tuple[str, list[int]]:
    """The next request; an empty path where there will be none."""
    try:
        content, descriptors, _, _ = socket.recv_fds(connection, REQUEST_BYTES, FDS)
    except ConnectionError:
        return "", []
    return os.fsdecode(content), descriptors


def answer(connection: socket.socket, content: dict[str, object]) -> None:
    """A supervisor that is gone does not hear it; the next one reads the directory's lock."""
    try:
        connection.send(json.dumps(content).encode())
    except ConnectionError:
        pass


def become_shim(connection: socket.socket, path: str, lock: int, errors: int) -> int:
    """In the child: a session of its own, nothing of the server's, and then the shim."""
    os.setsid()
    os.dup2(errors, 2)
    os.close(errors)
    me = read_process(os.getpid())
    answer(connection, {"pid": os.getpid(), "start_ticks": me.start_ticks if me else 0})
    connection.close()
    bear_name(os.path.basename(os.path.dirname(path)))
    return shim.main([path, str(lock)])


def bear_name(name: str) -> None:
    """For ps and top, which know us by the server's command line."""
    try:
        with open("/proc/self/comm", "wb") as file:
            file.write(os.fsencode(name)[:COMM_BYTES])
    except OSError:
        pass


def main(arguments: list[str]) -> int:
    with socket.socket(fileno=int(arguments[0])) as connection:
        connection.set_inheritable(False)
        return serve(connection)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # an interpreter that tidies up takes longer than many a program
