import json
import os
import threading
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from runs.contract.metadata import (
    MetadataMissing,
    MetadataUnreadable,
    parse_metadata,
    read_metadata,
)
from runs.contract.status import Status

BERLIN = ZoneInfo("Europe/Berlin")
SEEN = {
    "name": "lm_small",
    "project": None,
    "group": None,
    "job_key": "gpt/train/pretrain",
    "run_id": "20261119_214811",
    "start_time": "2026-11-19T21:48:11.123456",
    "last_heartbeat": "2026-11-19T22:10:41.001",
    "status": "running",
    "slurm_job_id": "4000182",
    "hardware": {"chip": "h100", "total_chips": 8, "hosts": ["n01"]},
    "config": {"optimization": {"lr": 0.0003}},
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "metadata.json"


def parse(**values):
    return parse_metadata(json.dumps(values).encode(), BERLIN)


def test_it_reads_what_training_programs_write(path):
    path.write_text(json.dumps(SEEN | {"wandb": "x"}))

    metadata = read_metadata(path, BERLIN)

    assert metadata.status is Status.RUNNING
    assert metadata.start_time == datetime(2026, 11, 19, 20, 48, 11, 123456, tzinfo=UTC)
    assert metadata.project is None
    assert metadata.hardware["hosts"] == ["n01"]
    assert metadata.extra == {"wandb": "x"}
    assert metadata.faults == []


def test_it_reads_what_the_shim_adds():
    metadata = parse(
        status="cancelled",
        end_time="2026-11-19T22:00:00+00:00",
        exit_code=None,
        signal="SIGKILL",
        pid=4711,
        process_start_ticks=123456789,
        signalled=[{"pid": 1}],
        still_alive=[],
    )

    assert metadata.status is Status.CANCELLED
    assert metadata.end_time == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert (metadata.exit_code, metadata.signal, metadata.pid) == (None, "SIGKILL", 4711)
    assert metadata.still_alive == []


def test_it_takes_local_time_without_a_zone():
    metadata = parse_metadata(b'{"status": "running", "start_time": "2026-11-19T21:48:11"}')

    assert metadata.start_time == datetime(2026, 11, 19, 21, 48, 11).astimezone()


@pytest.mark.parametrize("status", ["done", "lost", "pending", "RUNNING", 7, None, ["running"]])
def test_it_reads_any_other_status_as_unknown(status):
    metadata = parse(status=status)

    assert metadata.status is Status.UNKNOWN
    assert metadata.faults[0].startswith("status is ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start_time", "yesterday"),
        ("start_time", 1763588891),
        ("start_time", ""),
        ("name", {"a": 1}),
        ("hardware", "h100"),
        ("signalled", {}),
        ("pid", "4711"),
        ("pid", True),
        ("pid", 2**80),
        ("exit_code", 1.5),
    ],
)
def test_it_notes_what_has_the_wrong_type(key, value):
    metadata = parse(status="running", **{key: value})

    assert getattr(metadata, key) is None
    assert [fault.split(" is ")[0] for fault in metadata.faults] == [key]


def test_it_takes_numbers_where_others_write_them():
    assert parse(status="running", slurm_job_id=4000182, signal=9).slurm_job_id == "4000182"


def test_it_tolerates_nan():
    assert parse(status="running", config={"loss": float("nan")}).config == {"loss": None}


def test_it_cuts_endless_text():
    assert len(parse(status="failed", reason="x" * 100_000).reason) == 4096


def test_it_reads_a_half_written_file_again(path):
    whole = json.dumps(SEEN).encode()
    path.write_bytes(whole[:100])

    def finish():
        time.sleep(0.005)
        path.write_bytes(whole)

    writer = threading.Thread(target=finish)
    writer.start()
    try:
        assert read_metadata(path).name == "lm_small"
    finally:
        writer.join()


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[]", b"null", b'"running"', b"\xff\x00\x80", b"[" * 99999]
)
def test_it_gives_up_on_junk(path, junk):
    path.write_bytes(junk)

    with pytest.raises(MetadataUnreadable, match="metadata.json does not parse"):
        read_metadata(path)


def test_it_refuses_a_huge_file(path):
    with path.open("wb") as file:
        file.truncate(9 * 1024 * 1024)

    with pytest.raises(MetadataUnreadable, match="larger than 8 MiB"):
        read_metadata(path)


def test_it_tells_missing_from_unreadable(path, tmp_path):
    with pytest.raises(MetadataMissing):
        read_metadata(path)
    (tmp_path / "file").touch()
    with pytest.raises(MetadataMissing):
        read_metadata(tmp_path / "file" / "metadata.json")


def test_it_does_not_wait_on_a_pipe(path):
    os.mkfifo(path)

    with pytest.raises(MetadataUnreadable, match="is not a file"):
        read_metadata(path)
