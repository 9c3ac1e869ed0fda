import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.command import FIELDS, find_executable, parse_command
from runs.errors import InvalidInput, ProgramUnusable

NOTHING = dict.fromkeys(FIELDS)


def argv(template, **fields):
    return parse_command(template).argv(**{**NOTHING, **fields})


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("sim --config {config}", ["sim", "--config", "/a b/c;d"]),
        ("sim --config={config}", ["sim", "--config=/a b/c;d"]),
        ("sim '{config} twice {config}'", ["sim", "/a b/c;d twice /a b/c;d"]),
        ("sim\n  'a b'  \"c'd\" e\\ f", ["sim", "a b", "c'd", "e f"]),
        ("sim $HOME `id` | x", ["sim", "$HOME", "`id`", "|", "x"]),
        ("sim --resume {resume_from} --x", ["sim", "--x"]),
        ("sim --resume={resume_from} --x", ["sim", "--x"]),
        ("sim --x=1 {resume_from}", ["sim", "--x=1"]),
        ("sim -- {resume_from}", ["sim", "--"]),
        ("sim word {resume_from}", ["sim", "word"]),
        ("sim --a {resume_from} {seed}", ["sim"]),
        ("sim ''", ["sim", ""]),
    ],
)
def test_it_makes_arguments_of_a_template(template, expected):
    assert argv(template, config="/a b/c;d") == expected


def test_it_keeps_an_empty_field_as_an_empty_argument():
    assert argv("sim --resume {resume_from}", resume_from="") == ["sim", "--resume", ""]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", "names no program"),
        ("   ", "names no program"),
        ("'' x", "names no program"),
        ("sim 'x", "left open"),
        ("sim x\\", "left open"),
        ("sim {confg}", "unknown field '{confg}'"),
        ("sim {}", "unknown field '{}'"),
        ("sim {config.x}", "unknown field"),
        ("sim {config", "a brace stands alone in '{config'"),
        ("sim }", "a brace stands alone"),
        ("sim {{config}}", "a brace stands alone"),
        ("{config} x", "cannot be a field"),
        ("sim \0", "no NUL"),
        ("x" * 10_001, "at most 10000"),
    ],
)
def test_it_refuses_a_template_and_names_the_fault(template, words):
    with pytest.raises(InvalidInput, match=words):
        parse_command(template)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_it_puts_any_value_into_one_argument(value):
    assert argv("sim a{config}b {config}", config=value) == ["sim", f"a{value}b", value]


def test_it_hands_values_to_a_real_program_unchanged(tmp_path):
    value = "$(touch hacked); {seed} 'quoted' \"é\"\n*"
    script = "import json, sys; print(json.dumps(sys.argv[1:]))"
    words = argv(f"{sys.executable} -c '{script}' --config {{config}}", config=value)
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(words, cwd=empty, capture_output=True, check=True)
    assert json.loads(done.stdout) == ["--config", value]
    assert list(empty.iterdir()) == []


def test_it_finds_a_program_on_the_path(tmp_path, monkeypatch):
    program = tmp_path / "my-sim"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_executable("my-sim", {"my-sim": ["other"]}) == [str(program)]
    assert find_executable(str(program), {}) == [str(program)]


def test_it_falls_back_on_the_bundled_program(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    bundled = {"fusion-sim": [sys.executable, "/simulator"]}
    assert find_executable("fusion-sim", bundled) == [sys.executable, "/simulator"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-such-program", "not on the PATH"),
        ("./sim", "neither a name nor a full path"),
        ("/no/such/program", "does not exist"),
        ("/etc", "is not an executable file"),
        ("", "names no program"),
        ("a\0b", "names no program"),
        ("/" + "x" * 5000, "does not exist"),
    ],
)
def test_it_says_why_a_program_cannot_be_used(name, words):
    with pytest.raises(ProgramUnusable, match=words):
        find_executable(name, {})


def test_it_refuses_a_file_that_is_not_executable(tmp_path):
    program = tmp_path / "my-sim"
    program.touch(mode=0o644)
    with pytest.raises(ProgramUnusable, match="is not an executable file"):
        find_executable(str(program), {})
