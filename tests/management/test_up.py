"""`manage.py up` as a terminal sees it: what it prints, keeps, refuses, and how it ends."""

import signal
import socket
import stat
import urllib.error
import urllib.request

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.conftest import wait_for

from .product import both_children, free_port

ENDS_WITHIN_SECONDS = 5


def printed_link(product):
    return next(word for word in product.printed.read_text().split() if "/accounts/link/" in word)


def log_socket(product, run_id, **options):
    return connect(
        f"ws://127.0.0.1:{product.port}/ws/runs/{run_id}/log/",
        additional_headers={"Cookie": f"sessionid={product.session}"},
        origin=product.address,
        **options,
    )


def close_code(client):
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            client.recv(timeout=10)
    return closed.value.rcvd and closed.value.rcvd.code


def running(product):
    run_id = product.launch()
    wait_for(lambda: product.status(run_id) == "running")
    return run_id


def test_it_serves_a_first_page_and_keeps_everything_for_the_next_start(empty_product):
    product = empty_product
    process = product.up()
    assert product.address in product.printed.read_text()
    with urllib.request.urlopen(printed_link(product)) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(printed_link(product))
    [(run_id, name)] = product.ask("SELECT id, name FROM runs_run")
    assert name == "example"
    wait_for(lambda: product.status(run_id) == "running")
    key = product.data / "secret_key"
    key_text = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    kept = both_children(process)
    process.terminate()
    assert process.wait(ENDS_WITHIN_SECONDS) == 0
    assert not any(child.is_running() for child in kept.values())

    product.up()
    assert key.read_text() == key_text
    assert product.ask("SELECT id FROM runs_run") == [(run_id,)]
    assert product.ask("SELECT count(*) FROM auth_user") == [(1,)]
    assert [path.name for path in product.data.glob(".secret_key*")] == []


def test_it_launches_no_example_when_told_so(product):
    product.up("--no-example")
    assert product.ask("SELECT count(*) FROM runs_run") == [(0,)]


def test_ctrl_c_ends_both_children_while_the_run_goes_on(product):
    process = product.up("--no-example")
    run_id = running(product)
    kept = both_children(process)
    with log_socket(product, run_id) as client:
        assert "waiting" in client.recv(timeout=10)
        process.send_signal(signal.SIGINT)
        assert process.wait(ENDS_WITHIN_SECONDS) == 0
        assert close_code(client) == 1012
    assert not any(child.is_running() for child in kept.values())
    assert "Traceback" not in product.printed.read_text()

    product.up()
    assert product.status(run_id) == "running"
    (product.directory(run_id) / "go").touch()
    wait_for(lambda: product.status(run_id) == "completed")
    assert (product.directory(run_id) / "output.log").read_text() == "waiting\ndone\n"


def test_it_takes_both_children_along_when_killed_but_not_the_run(product):
    process = product.up("--no-example")
    run_id = running(product)
    kept = both_children(process)
    # what is stopped can act on no signal but SIGKILL
    kept["supervise"].suspend()
    process.kill()
    gone, _ = psutil.wait_procs(kept.values(), timeout=10)
    assert len(gone) == 2

    product.up()
    (product.directory(run_id) / "go").touch()
    wait_for(lambda: product.status(run_id) == "completed")


def test_it_kills_a_child_that_does_not_end(product):
    process = product.up("--no-example")
    kept = both_children(process)
    kept["supervise"].suspend()
    process.terminate()
    assert process.wait(2 * ENDS_WITHIN_SECONDS) == 0
    assert not any(child.is_running() for child in kept.values())


def test_it_starts_a_killed_child_again(product):
    process = product.up("--no-example")
    before = both_children(process)
    for child in before.values():
        child.kill()

    def renewed():
        now = both_children(process)
        return all(now[name].pid != before[name].pid for name in now)

    wait_for(renewed)
    wait_for(product.answers)
    run_id = running(product)
    (product.directory(run_id) / "go").touch()
    wait_for(lambda: product.status(run_id) == "completed")


def test_it_refuses_a_port_in_use_before_anything_is_started(empty_product):
    with socket.create_server(("127.0.0.1", empty_product.port)):
        done = empty_product.call("up", "--port", str(empty_product.port))
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        f"CommandError: 127.0.0.1:{empty_product.port} cannot be used: Address already in use. "
        "Choose another with PORT=…\n"
    )
    assert not (empty_product.data / "fusionweb.sqlite3").exists()


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", "99999"), ("127.0.0.1", "-1"), ("203.0.113.9", "8000")]
)
def test_it_refuses_an_address_that_cannot_be(empty_product, host, port):
    done = empty_product.call("up", "--host", host, f"--port={port}")
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert f"{host}:{port} cannot be used" in done.stderr


def test_it_refuses_a_bad_setting_in_one_line(empty_product):
    empty_product.environment["FUSIONWEB_MAX_RUNNING"] = "many"
    done = empty_product.call("up", "--port", str(free_port()))
    assert done.returncode != 0
    assert done.stderr == (
        "fusionweb: FUSIONWEB_MAX_RUNNING='many' cannot be used: expected a whole number from 1\n"
    )


def test_it_refuses_a_data_folder_that_is_a_file(empty_product):
    empty_product.data.write_text("")
    done = empty_product.call("up", "--port", str(free_port()))
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "FUSIONWEB_DATA" in done.stderr
