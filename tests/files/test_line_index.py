import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.errors import NotFound
from runs.files.line_index import BLOCK_BYTES, LineIndex, line_index


@pytest.fixture
def log(tmp_path):
    return tmp_path / "output.log"


def write_numbered(path, lines, mode="wb"):
    with path.open(mode) as file:
        file.writelines(b"%09d\n" % n for n in range(lines))


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([b"\n", b"x", b"long" * 90_000, b"\n" * 3]), max_size=12).map(b"".join)
)
def test_it_agrees_with_counting(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "index.log"
    path.write_bytes(data)
    index = LineIndex(path)

    starts = [0] + [i + 1 for i, byte in enumerate(data) if byte == 10]
    for number, start in enumerate(starts, 1):
        assert index.offset_of_line(number) == start
        assert index.line_number_at(start) == number
    assert index.offset_of_line(len(starts) + 1) is None


def test_it_finds_lines_across_blocks_as_the_log_grows(log):
    write_numbered(log, 250_000)
    index = line_index(log)
    assert index.offset_of_line(200_000) == 1_999_990
    assert index.offset_of_line(300_000) is None

    write_numbered(log, 250_000, "ab")

    assert index.offset_of_line(300_001) == 3_000_000
    assert index.line_number_at(2**70) == 500_001


@pytest.mark.parametrize("lines", [10, 400_000])
def test_it_counts_a_log_begun_anew_anew(log, lines):
    write_numbered(log, 300_000)
    index = LineIndex(log)
    index.line_number_at(2_999_999)

    log.write_bytes(b"x" * (BLOCK_BYTES + 5) + b"\n" + b"second\n" * lines)

    assert index.offset_of_line(2) == BLOCK_BYTES + 6


def test_it_counts_a_replaced_log_anew(log, tmp_path):
    write_numbered(log, 300_000)
    index = LineIndex(log)
    index.line_number_at(2_999_999)
    (tmp_path / "new").write_bytes(b"a\n" * 2_000_000)

    (tmp_path / "new").rename(log)

    assert index.offset_of_line(1_000_001) == 2_000_000


def test_it_raises_without_a_log(log):
    with pytest.raises(FileNotFoundError):
        LineIndex(log).line_number_at(0)
    os.mkfifo(log)
    with pytest.raises(NotFound):
        LineIndex(log).offset_of_line(2)
