import os
import select
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from runs.lifecycle.process_tree import read_process, send
from runs.lifecycle.processes import (
    is_alive,
    open_if_same,
    read_identity,
    send_signal,
    signal_if_same,
)

from .shim_runs import wait_until


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_it_knows_a_process_again(sleeper):
    identity = read_identity(sleeper.pid)
    assert identity == read_identity(sleeper.pid)
    assert identity.host == os.uname().nodename
    assert is_alive(identity)


@pytest.mark.parametrize(
    "other",
    [{"start_ticks": 1}, {"boot_id": "another boot"}, {"host": "another machine"}],
)
def test_it_refuses_another_bearer_of_the_pid(sleeper, other):
    identity = replace(read_identity(sleeper.pid), **other)
    assert not is_alive(identity)
    assert open_if_same(identity) is None
    assert not signal_if_same(identity, signal.SIGKILL)
    assert sleeper.poll() is None


def test_it_sends_nothing_to_a_later_bearer_of_the_pid(sleeper):
    earlier = read_process(sleeper.pid)
    earlier.key = (sleeper.pid, 1)
    assert not send(earlier, signal.SIGKILL)
    assert sleeper.poll() is None


def test_it_counts_a_zombie_as_dead(sleeper):
    identity = read_identity(sleeper.pid)
    sleeper.kill()
    wait_until(lambda: not is_alive(identity))
    assert read_identity(sleeper.pid) == identity
    assert open_if_same(identity) is None
    assert not signal_if_same(identity, signal.SIGTERM)


def test_it_counts_what_is_gone_as_dead(sleeper):
    identity = read_identity(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert read_identity(sleeper.pid) is None
    assert not is_alive(identity)
    assert not signal_if_same(identity, signal.SIGTERM)


def test_it_signals_and_awaits_through_the_descriptor(sleeper):
    pidfd = open_if_same(read_identity(sleeper.pid))
    assert select.select([pidfd], [], [], 0)[0] == []
    assert send_signal(pidfd, signal.SIGTERM)
    assert select.select([pidfd], [], [], 20)[0] == [pidfd]
    assert sleeper.wait() == -signal.SIGTERM
    assert not send_signal(pidfd, signal.SIGTERM)
    os.close(pidfd)


def test_it_leaves_no_descriptor_open(sleeper):
    identity = read_identity(sleeper.pid)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        signal_if_same(identity, 0)
        signal_if_same(replace(identity, start_ticks=1), 0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
