import os

import pytest

from runs.errors import InvalidInput, NotFound
from runs.files.search import first_error_line, search_log


@pytest.fixture
def log(tmp_path):
    return tmp_path / "output.log"


def lines_of(result):
    return [match.line_number for match in result.matches]


def test_it_finds_lines_with_their_number_and_offset(log):
    log.write_bytes(b"alpha\nbeta gamma\nalpha beta\n")

    result = search_log(log, "beta")

    assert lines_of(result) == [2, 3]
    assert [match.offset for match in result.matches] == [6, 17]
    first = result.matches[0]
    assert first.text[first.start : first.end] == "beta"
    assert (result.total, result.capped, result.next_offset) == (2, False, None)


def test_it_takes_a_query_as_it_stands(log):
    log.write_bytes(b"loss=0.5 (a+b)\nloss=0x5\n")

    assert lines_of(search_log(log, "0.5")) == [1]
    assert lines_of(search_log(log, "(a+b)")) == [1]


@pytest.mark.parametrize(
    ("query", "found"), [("ERROR", [1]), ("größe", [2]), ("GRÖSSE", []), ("STRAẞE", [])]
)
def test_it_ignores_case_when_asked(log, query, found):
    log.write_text("an error\nGRÖßE\n")

    assert lines_of(search_log(log, query, ignore_case=True)) == found
    assert lines_of(search_log(log, query)) == []


def test_it_searches_by_expression_within_each_line(log):
    log.write_bytes(b"step 1\nstep 22\n\nend\n")

    assert lines_of(search_log(log, r"^step \d\d$", regex=True)) == [2]
    assert lines_of(search_log(log, r"^$", regex=True)) == [3]
    assert lines_of(search_log(log, r"1\s+step", regex=True)) == []


def test_it_finds_what_colours_interrupt(log):
    log.write_bytes(b"x\n\x1b[31mERR\x1b[0mOR\x1b[0m: no\n\nERROR\n")

    result = search_log(log, "ERROR")

    assert [(match.line_number, match.offset) for match in result.matches] == [(2, 2), (4, 26)]
    assert result.matches[0].text == "ERROR: no"


def test_it_goes_on_where_a_page_ended(log):
    log.write_bytes(b"".join(b"hit %d\nmiss\n" % n for n in range(100)))

    first = search_log(log, "hit", limit=30)
    second = search_log(log, "hit", limit=100, from_offset=first.next_offset)

    assert (len(first.matches), first.total) == (30, 100)
    assert lines_of(first) + lines_of(second) == list(range(1, 200, 2))


def test_it_stops_counting_at_ten_thousand(log):
    log.write_bytes(b"hit\n" * 30_000)

    result = search_log(log, "hit", limit=5)

    assert (len(result.matches), result.total, result.capped) == (5, 10_000, True)


def test_it_searches_over_blocks_and_binary(log):
    log.write_bytes(b"\xff\0\x80 binary\n" * 200_000 + "späte Stelle\n".encode())

    result = search_log(log, "späte")

    assert lines_of(result) == [200_001]
    assert result.matches[0].offset == 200_000 * 11


def test_it_finds_all_in_a_ten_megabyte_line_once(log):
    log.write_bytes(
        b"first\n" + b"x" * 1_048_570 + b"needle" + b"x" * 9_000_000 + b"needle\nlast needle\n"
    )

    result = search_log(log, "needle")

    assert [(match.line_number, match.offset) for match in result.matches] == [
        (2, 6),
        (3, 6 + 1_048_570 + 6 + 9_000_000 + 7),
    ]
    match = result.matches[0]
    assert len(match.text) <= 500
    assert match.text[match.start : match.end] == "needle"


def test_it_survives_an_expression_that_never_ends(log):
    log.write_bytes(b"hit\n" + b"a" * 60 + b"\nhit\n")

    result = search_log(log, r"hit|(a+)+$b", regex=True, seconds=1)

    assert result.timed_out
    assert lines_of(result) == [1]


@pytest.mark.parametrize("query", ["(", "a{99999999999999999999}", "[", r"\9", "(?P<a>" * 400, "*"])
def test_it_says_what_is_wrong_with_an_expression(log, query):
    log.write_bytes(b"x\n")

    with pytest.raises(InvalidInput) as caught:
        search_log(log, query, regex=True)

    assert caught.value.field == "q"


@pytest.mark.parametrize("query", ["", "x" * 1001, "two\nlines"])
def test_it_refuses_a_query_it_cannot_search(log, query):
    with pytest.raises(InvalidInput):
        search_log(log, query)


@pytest.mark.parametrize("query", ["\0", "\ud800", "%s", "--help"])
def test_it_takes_odd_queries(log, query):
    log.write_bytes(b"nothing\n")

    assert search_log(log, query).total == 0


def test_it_finds_nothing_without_a_log_and_refuses_a_pipe(log):
    assert search_log(log, "x").matches == []
    os.mkfifo(log)
    with pytest.raises(NotFound):
        search_log(log, "x")


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "2026-11-19 12:00:00 ERROR simulator: no slots",
        "\x1b[1;31mCRITICAL\x1b[0m out of luck",
        "ValueError: bad",
        "fusion-sim: error: unknown network",
        "srun: error: n01: task 0: Killed",
        "java.lang.NullPointerException",
        "Segmentation fault (core dumped)",
    ],
)
def test_it_finds_the_first_error(log, line):
    noise = "0 errors, no exceptions\nmean error: 0.25\nTERRORS\nERRORS=0\n"
    log.write_text(f"{noise}{line}\nERROR later\n")

    found = first_error_line(log)

    assert (found.line_number, found.offset) == (5, len(noise))


def test_it_looks_for_errors_in_the_last_four_mebibytes(log):
    log.write_bytes(b"ERROR long ago\n" + b"fine.\n" * 1_000_000 + b"ERROR now\n")

    found = first_error_line(log)

    assert (found.line_number, found.text) == (1_000_002, "ERROR now")
    assert found.offset == 15 + 6_000_000


def test_it_finds_no_error_where_all_is_well(log):
    assert first_error_line(log) is None
    log.write_bytes(b"all fine\n")
    assert first_error_line(log) is None
