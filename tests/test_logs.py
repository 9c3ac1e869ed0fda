"""Lines of the log: whole, traceable, and without anything that lets somebody in."""

import json
import logging
import os
import subprocess
import sys

import pytest

from fusionweb.env import BASE_DIR
from runs.asking import Asker, asking
from runs.logs import Json, Plain, fields

PLAIN = Plain("{levelname} {name}: {message}", style="{")
TOKEN = "fw_" + "a1B2-c3_" * 5


def line(formatter, message, *args, extra=None, exc_info=None):
    logger = logging.getLogger("runs.test")
    record = logger.makeRecord(
        logger.name, logging.INFO, __file__, 1, message, args, exc_info, extra=extra
    )
    return formatter.format(record)


def failed():
    try:
        raise ValueError("inside\nit")
    except ValueError:
        return sys.exc_info()


def test_it_writes_one_json_object_a_line():
    said = json.loads(line(Json(), "run %s: %s", "0a1b", "ended", extra=fields(run_id="0a1b")))
    assert said["message"] == "run 0a1b: ended"
    assert said["level"] == "info"
    assert said["logger"] == "runs.test"
    assert said["run_id"] == "0a1b"
    assert said["at"].endswith("+00:00")


@pytest.mark.parametrize("formatter", [PLAIN, Json()])
def test_it_carries_the_trace_id_of_its_request(formatter):
    with asking(Asker("0123456789abcdef")):
        assert "0123456789abcdef" in line(formatter, "hello")
    assert "0123456789abcdef" not in line(formatter, "hello")


def test_it_carries_the_trace_id_it_was_given_after_its_request():
    assert line(PLAIN, "sent", extra=fields(trace_id="feed")).endswith("[feed]")


def test_it_keeps_the_stack_of_an_error_in_a_field():
    text = line(Json(), "failed", exc_info=failed())
    assert "\n" not in text
    assert "ValueError: inside\nit" in json.loads(text)["stack"]


def test_it_shows_the_stack_of_an_error_to_people():
    assert "Traceback" in line(PLAIN, "failed", exc_info=failed())


@pytest.mark.parametrize("bad", ["\n", "\r\n", "\x1b[31m", "\x00", "\x85", "\t"])
def test_it_lets_nobody_write_a_line_of_their_own(bad):
    text = line(PLAIN, "GET %s", f"/runs/{bad}INFO fake: line")
    assert len(text.splitlines()) == 1
    assert bad not in text


@pytest.mark.parametrize("formatter", [PLAIN, Json()])
@pytest.mark.parametrize(
    "message",
    [
        f"GET /accounts/link/{TOKEN}:x1:y2-z/ 200",
        f"GET /accounts/link/{TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        f"authorization: bearer {TOKEN}",
        f"found {TOKEN} in a body",
        f"/ws/runs/1/log/?token={TOKEN}&offset=3",
        f"Cookie: sessionid={TOKEN}; theme=dark",
    ],
)
def test_it_tells_nothing_that_lets_somebody_in(formatter, message):
    text = line(formatter, message)
    assert TOKEN not in text
    assert TOKEN[3:20] not in text


def test_a_line_without_secrets_is_a_json_object_still():
    text = line(
        Json(), "x", extra=fields(path=f"/accounts/link/{TOKEN}", header=f'"Bearer {TOKEN}"')
    )
    assert json.loads(text)["path"] == "/accounts/link/…"


def test_it_leaves_what_people_need_to_read():
    text = line(PLAIN, "GET /runs/0a1b2c3d4e5f/?page=2&tokens=4 by fw_ada")
    assert text == "INFO runs.test: GET /runs/0a1b2c3d4e5f/?page=2&tokens=4 by fw_ada"


@pytest.mark.parametrize("value", [{1, 2}, object(), "\ud800", float("nan")])
def test_it_writes_any_value(value):
    assert line(Json(), "x", extra=fields(value=value))


@pytest.mark.parametrize("written", ["plain", "json"])
def test_every_process_writes_as_it_is_set(written, tmp_path):
    code = "import django, logging; django.setup(); logging.getLogger('any').warning('hello')"
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "fusionweb.settings",
        "FUSIONWEB_DATA": str(tmp_path), "FUSIONWEB_LOG_FORMAT": written,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=BASE_DIR, capture_output=True, text=True
    )
    line = done.stderr.splitlines()[-1]
    assert line.startswith("{") == (written == "json")
    assert "hello" in line
