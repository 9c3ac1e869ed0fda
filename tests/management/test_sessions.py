"""Sessions over a real server while everything is killed: nothing is lost, nothing made twice."""

import json
import sqlite3
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.conftest import wait_for
from tests.creation.conftest import install_check  # noqa: F401  (a fixture)
from tests.creation.test_killed import BLOCKER

from .product import both_children, children, furnished

FOLLOWERS = 10
PATIENCE_SECONDS = 30
WISH = {"kind": "run", "project": "general", "program": "fusion-sim",
        "template": "quick_seconds", "label": "killed"}  # fmt: skip
ASKS = {**WISH, "overrides": {"general_settings": {"nonsense": 1}}}


class Site:
    """The product with a token: its API, and sockets of its sessions."""

    def __init__(self, product):
        self.product = product
        done = product.call("token", "admin", "--label", "test")
        assert done.returncode == 0, done.stderr
        self.headers = {"Authorization": f"Bearer {done.stdout.split()[-1]}"}

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.product.address}/api/v1{path}", data, self.headers,
            method="GET" if body is None else "POST",
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def try_call(self, path, body):
        """As a script that is cut off: None where no answer came."""
        try:
            return self.call(path, body)
        except (urllib.error.URLError, ConnectionError):
            return None

    def follow(self, session_id, since=0):
        host = f"ws://127.0.0.1:{self.product.port}"
        return connect(
            f"{host}/ws/sessions/{session_id}/events/?since={since}",
            additional_headers=self.headers,
            close_timeout=0.1,
        )

    def sessions(self):
        """Ids and states, out of the database itself."""
        return self.product.ask("SELECT id, state FROM runs_creationsession")

    def told(self, session_id):
        found = self.product.ask(
            "SELECT seq, kind FROM runs_event WHERE subject = ? ORDER BY seq",
            f"session:{session_id}",
        )
        named = [(seq, kind.removeprefix("session.")) for seq, kind in found]
        return [each for each in named if each[1] not in ("created", "confirmed")]

    def nobody_drives(self):
        """As if the twenty seconds were over after which a driver counts as dead."""
        path = self.product.data / "fusionweb.sqlite3"
        with closing(sqlite3.connect(path, timeout=20)) as database, database:
            database.execute("UPDATE runs_creationsession SET driven_until = '2000-01-01 00:00:00'")

    def is_up(self):
        try:
            self.call("/sessions")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


@pytest.fixture
def site(product):
    return Site(product)


@pytest.fixture
def blocked(tmp_path, tmp_path_factory, install_check):  # noqa: F811
    """A site whose checks stop at one that waits for the file `go`."""
    place = install_check(BLOCKER)
    product = furnished(tmp_path_factory, tmp_path / "product", PYTHONPATH=str(place))
    yield Site(product), place
    product.end()


def take(client, until):
    """Frames up to and with the first for which `until` holds, without the snapshot."""
    frames = []
    while True:
        frame = json.loads(client.recv(timeout=PATIENCE_SECONDS))
        if frame["kind"] != "snapshot":
            frames.append((frame["seq"], frame["kind"]))
        if until(frame):
            return frames


def take_to_the_end(client):
    frames = take(client, lambda frame: frame["kind"] in ("done", "failed", "aborted"))
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=PATIENCE_SECONDS)
    assert closed.value.rcvd.code == 1000
    return frames


def kill_web(process):
    """And wait until another has taken its place."""
    before = both_children(process)["serve"]
    before.kill()
    psutil.wait_procs([before], timeout=10)
    wait_for(lambda: "serve" in (now := children(process)) and now["serve"].pid != before.pid)


def test_killed_right_after_the_answer_the_session_goes_on_where_it_asked(site):
    process = site.product.up("--no-example")
    session = site.call("/sessions", ASKS)
    address = f"/sessions/{session['session_id']}"
    kill_web(process)
    wait_for(site.is_up)
    assert site.call(address) == session
    answer = {"request_id": session["pending_input"]["request_id"],
              "extra_inputs": {"decision": "drop"}}  # fmt: skip
    done = site.call(f"{address}/resume", answer)
    kill_web(process)
    wait_for(site.is_up)
    assert site.call(address) == done
    assert done["state"] == "done", done
    with site.follow(session["session_id"]) as client:
        assert take_to_the_end(client) == site.told(session["session_id"])
    wait_for(lambda: site.product.status(done["result"]["run_id"]) != "pending")


def test_everything_killed_in_the_middle_ten_followers_see_one_sequence_to_its_end(blocked):
    site, place = blocked
    process = site.product.up("--no-example")
    kept = both_children(process)
    with ThreadPoolExecutor(FOLLOWERS + 1) as threads:
        cut_off = threads.submit(site.try_call, "/sessions", WISH)
        wait_for(lambda: (place / "reached").exists())
        [(session_id, state)] = site.sessions()
        assert state == "check_pass"
        with ExitStack() as opened:
            clients = [opened.enter_context(site.follow(session_id)) for _ in range(FOLLOWERS)]
            stuck = [threads.submit(take, client, is_waiting) for client in clients]
            before = [each.result() for each in stuck]
            process.kill()
            assert cut_off.result() is None
    gone, _ = psutil.wait_procs(kept.values(), timeout=10)
    assert len(gone) == 2

    site.product.up("--no-example")
    site.nobody_drives()
    (place / "go").touch()
    with ExitStack() as opened, ThreadPoolExecutor(FOLLOWERS) as threads:
        come_back = [site.follow(session_id, since=seen[-1][0]) for seen in before]
        after = list(threads.map(take_to_the_end, map(opened.enter_context, come_back)))
    told = site.told(session_id)
    assert [kind for _, kind in told].count("done") == 1
    assert all(first + rest == told for first, rest in zip(before, after, strict=True))
    assert site.sessions() == [(session_id, "done")]
    [(run_id,)] = site.product.ask("SELECT id FROM runs_run")
    assert site.call(f"/sessions/{session_id}")["result"]["run_id"] == run_id
    assert (site.product.directory(run_id) / "README.md").is_file()
    wait_for(lambda: site.product.status(run_id) != "pending")


def is_waiting(frame):
    return frame["kind"] == "progress" and frame["label"] == "waiting"


def test_sockets_hear_that_the_server_restarts_and_come_back_for_the_rest(site):
    process = site.product.up("--no-example")
    session = site.call("/sessions", ASKS)
    with site.follow(session["session_id"]) as client:
        before = take(client, lambda frame: frame["kind"] == "input_required")
        process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=PATIENCE_SECONDS)
        assert closed.value.rcvd.code == 1012
        assert process.wait(10) == 0
    site.product.up("--no-example")
    with site.follow(session["session_id"], since=before[-1][0]) as client:
        site.call(f"/sessions/{session['session_id']}/cancel", {"discard_files": True})
        after = take_to_the_end(client)
    assert before + after == site.told(session["session_id"])
    assert list((site.product.data / "status" / ".sessions").iterdir()) == []
