import asyncio
import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.errors import PassingFault
from runs.files.download import (
    MISSING_NOTE,
    ByteRange,
    Unsatisfiable,
    file_chunks,
    in_thread,
    parse_range,
    zip_chunks,
)


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ("bytes=0-499", 1000, ByteRange(0, 500)),
        ("bytes=500-", 1000, ByteRange(500, 1000)),
        ("bytes=-300", 1000, ByteRange(700, 1000)),
        ("bytes=-3000", 1000, ByteRange(0, 1000)),
        ("bytes=999-5000", 1000, ByteRange(999, 1000)),
        ("Bytes= 0-0 ", 1000, ByteRange(0, 1)),
        ("bytes=1000-", 1000, Unsatisfiable(1000)),
        ("bytes=-0", 1000, Unsatisfiable(1000)),
        ("bytes=0-", 0, Unsatisfiable(0)),
    ],
)
def test_it_reads_a_range(header, size, expected):
    assert parse_range(header, size) == expected


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=0-5", "bytes=0-1,3-4"]
    + ["bytes=--5", "bytes=1.5-2", "bytes=٣-", "bytes=0-" + "9" * 5000, "bytes 0-5", "bytes=0x0-5"],
)
def test_it_sends_all_where_the_header_is_none(header):
    assert parse_range(header, 1000) is None


@given(st.text(alphabet="bytes=-0123456789, ", max_size=30) | st.text(), st.integers(0, 50))
def test_it_never_gives_a_range_outside_the_file(header, size):
    for text in (header, "bytes=" + header):
        found = parse_range(text, size)
        assert not isinstance(found, ByteRange) or 0 <= found.start < found.stop <= size


def test_it_says_what_it_sends():
    assert ByteRange(0, 500).content_range(1000) == "bytes 0-499/1000"
    assert Unsatisfiable(1000).content_range() == "bytes */1000"


async def collect(chunks):
    return [chunk async for chunk in chunks]


async def test_it_sends_a_part_of_a_file_in_pieces(tmp_path):
    path = tmp_path / "a"
    data = os.urandom(10_000)
    path.write_bytes(data)

    chunks = await collect(file_chunks(path, 100, 9_000, chunk=4096))

    assert [len(chunk) for chunk in chunks] == [4096, 4096, 708]
    assert b"".join(chunks) == data[100:9_000]


async def test_it_breaks_off_when_the_file_becomes_shorter(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    chunks = file_chunks(path, 0, 100, chunk=50)
    await anext(chunks)

    path.write_bytes(b"")

    with pytest.raises(PassingFault):
        await anext(chunks)


async def test_it_closes_the_file_when_nobody_reads_on(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    chunks = file_chunks(path, 0, 100, chunk=1)
    await anext(chunks)
    before = open_files()

    await chunks.aclose()

    assert before - open_files() == {str(path)}


def open_files():
    links = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            links.add(str(link.readlink()))
        except FileNotFoundError:
            continue
    return links


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "output"
    (root / "plots").mkdir(parents=True)
    (root / "result.json").write_text("{}" * 1000)
    (root / "plots" / "größe.png").write_bytes(os.urandom(600_000))
    (root / "empty").touch()
    (root / ".launch.json").write_text("secret")
    (root / "passwd").symlink_to("/etc/passwd")
    (root / "up").symlink_to("..")
    os.mkfifo(root / "pipe")
    return root


def unpacked(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def test_it_zips_files_alone_and_no_link_or_hidden_one(root):
    files = unpacked(b"".join(zip_chunks(root)))

    assert set(files) == {"result.json", "plots/größe.png", "empty"}
    assert files["plots/größe.png"] == (root / "plots" / "größe.png").read_bytes()


def test_it_notes_what_vanished_meanwhile(root):
    chunks = zip_chunks(root)
    data = next(chunks)
    (root / "plots" / "größe.png").unlink()

    files = unpacked(data + b"".join(chunks))

    assert "plots/größe.png" not in files
    assert "result.json" in files


def test_it_notes_what_became_shorter_meanwhile(tmp_path):
    (tmp_path / "big").write_bytes(os.urandom(700_000))
    chunks = zip_chunks(tmp_path)
    data = next(chunks) + next(chunks)
    os.truncate(tmp_path / "big", 300_000)

    files = unpacked(data + b"".join(chunks))

    assert 262_144 <= len(files["big"]) < 700_000
    assert b"big" in files[MISSING_NOTE]


def test_it_zips_a_log_that_grows_as_it_was(tmp_path):
    log = tmp_path / "output.log"
    log.write_bytes(b"a" * 1000)
    chunks = zip_chunks(tmp_path)
    data = next(chunks)
    log.write_bytes(b"a" * 100_000)

    assert unpacked(data + b"".join(chunks)) == {"output.log": b"a" * 1000}


def test_it_zips_names_that_are_no_utf8_and_directories_that_are_gone(tmp_path):
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff", os.O_CREAT))

    assert set(unpacked(b"".join(zip_chunks(tmp_path)))) == {"\ufffd"}
    assert unpacked(b"".join(zip_chunks(tmp_path / "gone"))) == {}


async def test_it_zips_in_a_thread(root):
    pieces = await collect(in_thread(zip_chunks(root)))

    assert "result.json" in unpacked(b"".join(pieces))
    assert len(pieces) < 6


async def test_it_stops_zipping_when_nobody_reads_on(root):
    for n in range(20):
        (root / f"more{n}").write_bytes(os.urandom(300_000))
    generator = zip_chunks(root)
    pieces = in_thread(generator)
    await anext(pieces)

    await pieces.aclose()

    async with asyncio.timeout(20):
        while generator.gi_frame is not None:
            await asyncio.sleep(0.01)
    assert not any(str(root) in path for path in open_files())
