"""Launches through the local executor, for the tests of this folder."""

import json
import os
import signal

from runs.lifecycle.executors.base import LaunchSpec, Probe
from runs.lifecycle.executors.local import LocalExecutor
from runs.lifecycle.processes import ProcessIdentity, end_marked, signal_if_same

from ..shim_runs import wait_until


class Launches:
    """Launches into one run directory, as one supervisor after another would do them."""

    def __init__(self, path, executor=None):
        self.path = path
        self.path.mkdir()
        self.executor = executor or LocalExecutor()
        self.handles = []

    def spec(self, *argv, **fields):
        given = {"metadata": {"run_id": "0123456789ab"}, "heartbeat_seconds": 0.2, **fields}
        return LaunchSpec(self.path, list(argv), dict(os.environ), **given)

    def launch(self, *argv, **fields):
        self.handles.append(self.executor.launch(self.spec(*argv, **fields)).handle)
        return self.handles[-1]

    def close(self):
        for handle in self.handles:
            fields = {key: handle[key] for key in ("pid", "start_ticks", "boot_id", "host")}
            signal_if_same(ProcessIdentity(**fields), signal.SIGKILL)
            self.ended(handle)
        end_marked(self.path, 0)

    @property
    def metadata(self):
        try:
            return json.loads((self.path / "metadata.json").read_bytes())
        except FileNotFoundError:
            return {}

    def ended(self, handle):
        wait_until(lambda: self.executor.probe(handle) is Probe.GONE)
        return self.metadata

    def running(self):
        return wait_until(lambda: self.metadata.get("program_pid"))
