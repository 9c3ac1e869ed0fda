import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.contract.progress_lines import LONGEST_LINE_BYTES, LineReader, parse_lines

lines = st.lists(
    st.one_of(
        st.builds(lambda n: json.dumps({"type": "x", "n": n}).encode(), st.integers()),
        st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"")),
    )
)


def everything(path, limit=64):
    reader, events, malformed = LineReader(path), [], []
    while (parsed := reader.poll(limit)).next > parsed.offset:
        events += parsed.events
        malformed += parsed.malformed
    return events, malformed


@given(lines, st.data())
def test_it_reads_the_same_wherever_the_file_is_cut(written, data):
    whole = b"".join(line + b"\n" for line in written)
    cut = data.draw(st.integers(0, len(whole)))

    once = parse_lines(whole, 0)
    first = parse_lines(whole[:cut], 0)
    second = parse_lines(whole[first.next :], first.next)

    assert first.events + second.events == once.events
    assert first.malformed + second.malformed == once.malformed
    assert second.next == len(whole)


def test_it_leaves_a_half_written_line_for_later():
    parsed = parse_lines(b'{"a": 1}\n{"b":', 100)

    assert parsed.events == [{"a": 1}]
    assert parsed.next == 109


def test_it_says_where_the_malformed_lines_are():
    parsed = parse_lines(b'{"a": 1}\nnonsense\n\r\n[1]\n{"b": 2, "odd": {}}\n', 0)

    assert parsed.events == [{"a": 1}, {"b": 2, "odd": {}}]
    assert parsed.malformed == [9, 20]


def test_it_follows_a_growing_file(tmp_path):
    path = tmp_path / "progress.jsonl"
    reader = LineReader(path)
    assert reader.poll().events == []

    with path.open("ab", buffering=0) as file:
        file.write(b'{"n": 1}\n{"n"')
        assert reader.poll().events == [{"n": 1}]
        file.write(b": 2}\n")
        assert reader.poll().events == [{"n": 2}]
        assert reader.poll().events == []


def test_it_counts_a_ten_megabyte_line_once(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'{"n": 1}\n' + b"x" * 10_000_000 + b'\n{"n": 2}\n')

    assert everything(path) == ([{"n": 1}, {"n": 2}], [9])


def test_it_skips_a_long_line_that_is_still_being_written(tmp_path):
    path = tmp_path / "progress.jsonl"
    reader = LineReader(path)
    with path.open("ab", buffering=0) as file:
        file.write(b"y" * (LONGEST_LINE_BYTES + 10))
        assert reader.poll().malformed == [0]
        file.write(b'{"not": "an event"}\n{"n": 1}\n')
        parsed = reader.poll()

    assert (parsed.events, parsed.malformed) == ([{"n": 1}], [])


def test_it_takes_a_line_of_nearly_a_mebibyte(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_text(json.dumps({"text": "x" * 1_000_000}) + "\n")

    assert len(everything(path)[0]) == 1


@pytest.mark.parametrize("later", [b'{"new": 1}\n', b'{"new": 1}\n' + b'{"regrown": 1}\n' * 9])
def test_it_begins_anew_after_a_truncation(tmp_path, later):
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'{"old": 1}\n{"old": 2, "x": 0}\n')
    reader = LineReader(path)
    reader.poll()

    path.write_bytes(later)
    parsed = reader.poll()

    assert parsed.reset
    assert (parsed.offset, parsed.events[0]) == (0, {"new": 1})


def test_it_begins_anew_when_the_file_is_replaced(tmp_path):
    path, other = tmp_path / "progress.jsonl", tmp_path / "new"
    path.write_bytes(b'{"n": 1}\n')
    reader = LineReader(path)
    reader.poll()
    other.write_bytes(b'{"n": 5}\n{"n": 6}\n')

    other.rename(path)

    assert reader.poll().events == [{"n": 5}, {"n": 6}]


def test_it_goes_on_from_an_earlier_offset(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n')

    assert LineReader(path, offset=9).poll().events == [{"n": 2}]


def test_it_has_nothing_new_from_what_cannot_be_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert LineReader(tmp_path / "pipe").poll().events == []
    assert LineReader(tmp_path).poll().events == []
