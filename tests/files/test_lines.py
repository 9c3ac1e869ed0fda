"""Lines of a log by number, as pages show them."""

from runs.files.lines import (
    LONGEST_SHOWN_CHARACTERS,
    last_lines,
    read_lines,
    whole_line,
)


def log(tmp_path, data):
    path = tmp_path / "output.log"
    path.write_bytes(data)
    return path


def texts(found):
    return [line.text for line in found.lines]


def test_it_reads_lines_by_number(tmp_path):
    path = log(tmp_path, b"".join(b"line %d\n" % n for n in range(1, 101)))
    found = read_lines(path, 40, 3)
    assert texts(found) == ["line 40", "line 41", "line 42"]
    assert found.next_number == 43 and not found.at_end
    assert path.read_bytes()[found.next :].startswith(b"line 43")


def test_it_keeps_the_unfinished_line_apart(tmp_path):
    found = read_lines(log(tmp_path, b"one\ntwo\nthr"), 1, 10)
    assert texts(found) == ["one", "two"]
    assert (found.open_line.number, found.open_line.text) == (3, "thr")
    assert found.at_end and found.next == 8


def test_it_has_no_lines_without_a_log_or_beyond_its_end(tmp_path):
    missing = read_lines(tmp_path / "none.log", 1, 5)
    assert (texts(missing), missing.at_end, missing.size) == ([], True, 0)
    beyond = read_lines(log(tmp_path, b"one\n"), 50, 5)
    assert (texts(beyond), beyond.at_end) == ([], True)
    assert last_lines(tmp_path / "none.log", 5).lines == []


def test_it_cuts_a_line_of_ten_megabytes_and_goes_on_after_it(tmp_path):
    path = log(tmp_path, b"before\n" + b"x" * 10_000_000 + b"\nafter\n")
    before, absurd, after = read_lines(path, 1, 10).lines
    assert (before.text, after.text) == ("before", "after")
    assert absurd.cut and absurd.size_bytes == 10_000_000
    assert len(absurd.text) == LONGEST_SHOWN_CHARACTERS
    assert len(whole_line(path, 2)) == 10_000_000


def test_it_shows_what_a_terminal_leaves_of_a_progress_bar(tmp_path):
    found = read_lines(log(tmp_path, b"1%\r50%\r100%\r\nwindows\r\n"), 1, 10)
    assert texts(found) == ["100%", "windows"]


def test_it_shows_bad_bytes_as_replacement_characters(tmp_path):
    assert texts(read_lines(log(tmp_path, b"a\xff\xfeb\x00\n"), 1, 1)) == ["a\ufffd\ufffdb\x00"]


def test_it_ends_with_the_last_lines(tmp_path):
    path = log(tmp_path, b"".join(b"line %d\n" % n for n in range(1, 2001)))
    found = last_lines(path, 500)
    assert found.at_end and len(found.lines) == 500
    assert (found.first, found.lines[-1].text) == (1501, "line 2000")


def test_it_shows_lines_before_an_absurd_one_at_the_end(tmp_path):
    path = log(tmp_path, b"early\n" * 100 + b"x" * 1_000_000 + b"\n")
    found = last_lines(path, 500)
    assert len(found.lines) > 20 and found.lines[-1].number == 101
    assert found.at_end


def test_it_bounds_what_it_reads_at_once(tmp_path):
    path = log(tmp_path, (b"y" * 9_999 + b"\n") * 400)
    found = read_lines(path, 1, 400)
    assert 100 < len(found.lines) < 400 and not found.at_end
