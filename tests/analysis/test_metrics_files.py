"""Metrics of final files, as programs of all kinds write them, and as no program should."""

import json
import os

import pytest

from runs.analysis import metric_files
from runs.analysis.metrics import LONGEST_PROBLEM, read_metrics
from runs.analysis.readings import MAX_NAMES, MAX_VALUES


@pytest.fixture
def run(tmp_path):
    directory = tmp_path / "run"
    (directory / "output").mkdir(parents=True)
    return directory


@pytest.fixture
def write(run):
    def write(name, content):
        path = run / "output" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text)
        return path

    return write


def metrics(run, *declared):
    return read_metrics(run, declared).metrics


def problem(run):
    return read_metrics(run, []).problem


def test_it_takes_the_numbers_of_an_object_and_of_those_in_it(run, write):
    write("r.json", {"loss": 0.5, "test": {"loss": 0.7, "deep": {"x": 1}}, "note": "fine"})
    assert metrics(run) == {"loss": [[None, 0.5]], "test.loss": [[None, 0.7]]}


def test_what_is_called_metrics_is_a_wrapper_only(run, write):
    write("r.json", {"metrics": {"loss": 1}})
    assert metrics(run) == {"loss": [[None, 1.0]]}


def test_it_leaves_out_what_only_says_which_run_it_was(run, write):
    write("r.json", {"seed": 4, "iterations": 3, "started_at": 17, "loss": 1, "ok": True})
    write("effective_config.json", {"lr": 0.1})
    write("config.json", {"lr": 0.1})
    write("s.json", {"config": {"lr": 0.1}, "arguments": {"n": 1}})
    assert list(metrics(run)) == ["loss"]


def test_what_a_program_declares_is_a_metric_whatever_it_is_called(run, write):
    write("r.json", {"seed": 4, "runtime": 2.5, "load": 3})
    assert metrics(run, "runtime", "load") == {"runtime": [[None, 2.5]], "load": [[None, 3.0]]}


def test_what_is_declared_comes_first_in_its_order(run, write):
    write("r.json", {"a": 1, "b": 2, "c": 3})
    assert list(metrics(run, "c", "b")) == ["c", "b", "a"]


@pytest.mark.parametrize("key", ["erlang", "load"])
def test_a_file_with_a_load_is_a_load_point(run, write, key):
    write("x100.json", {key: 100, "blocking": 0.2})
    write("x20.json", {key: 20.5, "blocking": 0.1})
    assert metrics(run) == {"blocking": [[20.5, 0.1], [100.0, 0.2]]}


@pytest.mark.parametrize(
    "name,load",
    [("load_50.json", 50.0), ("load_1e3.json", 1000.0), ("50.5_erlang.json", 50.5)],
)
def test_a_load_may_stand_in_the_name(run, write, name, load):
    write(name, {"blocking": 0.2})
    assert metrics(run) == {"blocking": [[load, 0.2]]}


@pytest.mark.parametrize("name", ["load_.json", "load_1.2.3.json", "load_1e999.json"])
def test_a_name_that_is_no_load_is_none(run, write, name):
    write(name, {"blocking": 0.2})
    assert metrics(run) == {"blocking": [[None, 0.2]]}


def test_a_list_of_loads_is_as_many_points(run, write):
    write("r.json", [{"erlang": 5, "x": 1}, {"erlang": 6, "x": 2}, {"x": 3}, 7])
    assert metrics(run) == {"x": [[5.0, 1.0], [6.0, 2.0]]}


def test_rows_of_the_same_load_are_their_mean(run, write):
    write("r.csv", "erlang,x,y\n5,1,2\n5,2,nan\n6,4,5\n")
    assert metrics(run) == {"x": [[5.0, 1.5], [6.0, 4.0]], "y": [[5.0, None], [6.0, 5.0]]}


def test_a_table_without_loads_is_none_of_ours(run, write):
    write("r.csv", "name,x\na,1\n")
    assert metrics(run) == {}


def test_cells_that_are_no_numbers_say_nothing(run, write):
    write("r.csv", "erlang,x,when,seed\n5,,2024_1,3\nno,1,2,3\n6,-,x\n7,8\n")
    assert metrics(run) == {"x": [[7.0, 8.0]]}


def test_nan_and_infinity_are_null(run, write):
    write("r.json", '{"a": NaN, "b": Infinity, "c": 1e999, "d": -Infinity, "e": 1%s}' % ("0" * 400))
    assert metrics(run) == {name: [[None, None]] for name in "abcde"}


def test_null_is_one_where_it_is_a_metric_elsewhere(run, write):
    write("load_1.json", {"a": None, "b": None})
    write("load_2.json", {"a": 3, "b": None})
    assert metrics(run) == {"a": [[1.0, None], [2.0, 3.0]]}


def test_null_is_one_where_it_is_declared(run, write):
    write("r.json", {"a": None})
    assert metrics(run, "a") == {"a": [[None, None]]}


def test_json_goes_before_csv_and_progress(run, write):
    write("load_5.json", {"x": 1})
    write("r.csv", "erlang,x\n5,2\n6,2\n")
    (run / "progress.jsonl").write_text(
        "".join(json.dumps({"erlang": e, "iteration": 1, "x": 3}) + "\n" for e in (5, 6, 7))
    )
    assert metrics(run) == {"x": [[5.0, 1.0], [6.0, 2.0], [7.0, 3.0]]}


def test_one_metric_has_one_spelling(run, write):
    write("r.csv", "erlang,blocking_probability,mean_delay\n5,0.1,7\n")
    assert metrics(run, "blocking_prob", "delay") == {
        "blocking_prob": [[5.0, 0.1]],
        "delay": [[5.0, 7.0]],
    }


def test_what_one_file_tells_apart_stays_apart(run, write):
    write("r.json", {"blocking_prob": 0.1, "blocking_probability": 0.2})
    assert list(metrics(run, "blocking_prob")) == ["blocking_prob", "blocking_probability"]


def test_what_stands_beside_loads_is_a_figure_of_its_own(run, write):
    write("load_5.json", {"x": 1})
    write("r.json", {"x": 3})
    assert metrics(run) == {"x": [[5.0, 1.0]], "overall.x": [[None, 3.0]]}


def test_files_that_differ_are_said_and_the_first_counts(run, write):
    write("a.json", {"x": 1, "y": 1})
    write("b.json", {"x": 2, "y": 1})
    found = read_metrics(run, [])
    assert found.metrics["x"] == [[None, 1.0]]
    assert found.problem == "output/b.json: another file before it has another x"


def test_files_are_ordered_by_number_and_depth(run, write):
    for name in ("r10.json", "r9.json", "a/r1.json"):
        write(name, {"x": len(name)})
    assert metrics(run) == {"x": [[None, 7.0]]}


def test_it_looks_into_folders_but_not_for_ever(run, write):
    write("a/b/near.json", {"near": 1})
    write("a/b/c/far.json", {"far": 1})
    write(".hidden/h.json", {"h": 1})
    assert list(metrics(run)) == ["near"]


def test_a_broken_file_is_said_and_the_rest_counts(run, write):
    write("bad.json", '{"x": ')
    write("deep.json", "[" * 100_000)
    write("good.json", {"y": 1})
    found = read_metrics(run, [])
    assert list(found.metrics) == ["y"]
    assert found.problem == "output/bad.json: does not parse; output/deep.json: does not parse"


@pytest.mark.parametrize("content", ["17", '"text"', "null", "[]", "{}", "[[1]]", "\ufeff{}"])
def test_json_without_metrics_has_none(run, write, content):
    write("r.json", content)
    assert read_metrics(run, []).metrics == {}


def test_bytes_that_are_no_text_are_no_trouble(run, write):
    write("r.json", "").write_bytes(b'{"a\\ud800": 1, "\xff": 2, "z\\u0000": 3}')
    write("r.csv", "").write_bytes(b"erlang,x\n\x00,1\n5,\xff\n6,2\n")
    found = read_metrics(run, [])
    assert json.dumps(found.metrics).isascii()
    assert "\0" not in "".join(found.metrics)
    assert found.metrics["x"] == [[6.0, 2.0]]


def test_a_huge_file_is_not_read(run, write):
    with write("huge.json", "{").open("ab") as file:
        file.truncate(9 * 1024 * 1024)
    assert problem(run) == "output/huge.json: is larger than 8 MiB and was not read"


def test_files_are_read_up_to_a_sum(run, write, monkeypatch):
    monkeypatch.setattr(metric_files, "MAX_BYTES", 20)
    write("a.json", {"x": 1.25})
    write("b.json", {"y": 1.25})
    assert list(metrics(run)) == ["x"]
    assert "output/b.json: was not read" in problem(run)


def test_more_metrics_than_fit_are_cut_and_said(run, write):
    write("r.json", {f"m{number}": number for number in range(MAX_NAMES + 5)})
    found = read_metrics(run, ["m104"])
    assert len(found.metrics) == MAX_NAMES
    assert next(iter(found.metrics)) == "m104"
    assert "the rest was left out" in found.problem


def test_more_values_than_fit_are_cut_and_said(run, write):
    row = {f"m{number}": 1 for number in range(20)}
    write("r.json", [{"erlang": load, **row} for load in range(1, 400)])
    found = read_metrics(run, [])
    assert sum(len(values) for values in found.metrics.values()) <= MAX_VALUES
    assert "the rest was left out" in found.problem


def test_many_problems_are_one_line(run, write):
    for number in range(20):
        write(f"{'n' * 200}{number}.json", "{")
    assert len(problem(run)) <= LONGEST_PROBLEM


def test_a_symlink_out_of_the_run_is_not_followed(run, write, tmp_path):
    (tmp_path / "secret.json").write_text('{"secret": 1}')
    (run / "output" / "link.json").symlink_to(tmp_path / "secret.json")
    found = read_metrics(run, [])
    assert found.metrics == {}
    assert found.problem == "output/link.json: link.json leads out of its directory"


def test_folders_are_not_looked_into_through_symlinks(run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "r.json").write_text('{"secret": 1}')
    (run / "output" / "link").symlink_to(tmp_path / "other")
    assert metrics(run) == {}
    (run / "output" / "link").unlink()
    (run / "output").rmdir()
    (run / "output").symlink_to(tmp_path / "other")
    assert metrics(run) == {}


def test_a_run_in_whose_place_a_symlink_is_has_none(run, write, tmp_path):
    write("r.json", {"secret": 1})
    run.rename(tmp_path / "moved")
    run.symlink_to(tmp_path / "moved")
    assert metrics(run) == {}


def test_a_pipe_is_not_waited_for(run):
    os.mkfifo(run / "output" / "pipe.json")
    os.mkfifo(run / "progress.jsonl")
    assert "is not a file" in problem(run)


def test_a_directory_that_is_gone_is_said(tmp_path):
    assert problem(tmp_path / "none") == "its directory is no longer on disk"


def test_a_run_that_wrote_nothing_has_no_problem(tmp_path):
    (tmp_path / "bare").mkdir()
    assert read_metrics(tmp_path / "bare", ["x"]).problem == ""
