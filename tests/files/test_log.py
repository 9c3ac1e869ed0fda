import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.errors import NotFound
from runs.files.log import decode_chunk, log_size, nth_newline, read_range, snap_to_line, tail

# Bytes in which every way to be broken UTF-8 is likely.
broken = st.lists(
    st.sampled_from(
        [
            b"a",
            b"\n",
            "é".encode(),
            "€".encode(),
            "𝄞".encode(),
            b"\xff",
            b"\x80",
            b"\xc3",
            b"\xe2\x82",
        ]
        + [b"\xf0\x9d", b"\xf0\x9d\x84", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5", b"\xe0\x80", b"\0"]
    )
).map(b"".join)


@given(broken | st.binary(), st.lists(st.integers(1, 7)))
def test_it_decodes_the_same_however_the_log_is_cut(data, steps):
    texts, at, end = [], 0, 0
    for step in steps:
        end = min(len(data), end + step)
        text, used = decode_chunk(data[at:end])
        assert end - at - used <= 3
        texts.append(text)
        at += used
    texts.append(decode_chunk(data[at:], at_end=True)[0])

    assert "".join(texts) == data.decode("utf-8", errors="replace")


@given(st.lists(st.sampled_from([b"\n", b"x" * 300, b"abc"])).map(b"".join), st.data())
def test_it_finds_the_nth_newline(data, draw):
    places = [i for i, byte in enumerate(data) if byte == 10]
    for n, place in enumerate(places, 1):
        assert nth_newline(data, n) == place
    with pytest.raises(ValueError):
        nth_newline(data, len(places) + 1)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "output.log"


def test_it_reads_a_range(log):
    log.write_bytes(b"0123456789")

    chunk = read_range(log, 3, 4)

    assert (chunk.offset, chunk.next, chunk.data, chunk.size) == (3, 7, b"3456", 10)


@pytest.mark.parametrize(
    ("offset", "data"), [(8, b"89"), (10, b""), (-5, b"012345678"), (2**70, b"")]
)
def test_it_stays_within_the_log(log, offset, data):
    log.write_bytes(b"0123456789")

    assert read_range(log, offset, 9).data == data


def test_it_sees_a_truncated_log(log):
    log.write_bytes(b"short")

    assert read_range(log, 100, 10).truncated
    assert not read_range(log, 5, 10).truncated


def test_it_takes_a_missing_log_for_an_empty_one(log):
    assert log_size(log) == 0
    assert read_range(log, 0, 10).data == b""
    assert tail(log, 10).data == b""
    assert snap_to_line(log, -100) == 0


def test_it_refuses_what_is_no_file(log, tmp_path):
    os.mkfifo(log)

    for path in (log, tmp_path):
        with pytest.raises(NotFound):
            read_range(path, 0, 10)


@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b""))), st.integers(0, 12))
def test_it_gives_the_last_lines(tmp_path_factory, lines, wanted):
    log = tmp_path_factory.getbasetemp() / "tail.log"
    log.write_bytes(b"".join(line + b"\n" for line in lines))

    expected = lines[-wanted:] if wanted else []
    assert tail(log, wanted).data == b"".join(line + b"\n" for line in expected)


def test_it_counts_a_last_line_without_its_newline(log):
    log.write_bytes(b"one\ntwo\nthree")

    assert tail(log, 2).data == b"two\nthree"


def test_it_looks_back_over_many_blocks(log):
    log.write_bytes(b"".join(b"%07d\n" % n for n in range(100_000)))

    chunk = tail(log, 50_000)

    assert chunk.data.startswith(b"0050000\n")
    assert chunk.next == chunk.size == 800_000


def test_it_bounds_the_tail_and_begins_it_with_a_line(log):
    log.write_bytes(b"x" * 5000 + b"\n" + b"y" * 100 + b"\nlast\n")

    assert tail(log, 3, max_bytes=200).data == b"y" * 100 + b"\nlast\n"
    assert tail(log, 1, max_bytes=2).data == b"t\n"


def test_it_begins_the_tail_of_an_endless_line_with_a_character(log):
    log.write_bytes("€".encode() * 1000)

    assert tail(log, 1, max_bytes=100).data == "€".encode() * 33


@pytest.mark.parametrize(
    ("offset", "start"), [(0, 0), (1, 4), (4, 4), (5, 8), (-1, 12), (-5, 8), (-100, 0), (100, 12)]
)
def test_it_snaps_to_the_next_line(log, offset, start):
    log.write_bytes(b"one\ntwo\nend\n")

    # Nothing begins after the last newline: there, the offset itself.
    assert snap_to_line(log, offset) == (start if offset != -1 else 11)


def test_it_snaps_to_a_character_in_an_endless_line(log):
    log.write_bytes("€".encode() * 100_000)

    assert snap_to_line(log, 100) == 102
