"""Templates as Copier has them: questions, conditions, names that are rendered, files copied."""

import os
import threading

import pytest

from runs.creation.project_templates import (
    project_template,
    project_templates,
    template_faults,
)
from runs.creation.rendering import MOST_FILES, render_files
from runs.creation.template_values import read_values
from runs.errors import ConfigurationInvalid, InvalidInput, TemplateNotFound


@pytest.fixture
def folder(settings, tmp_path):
    settings.FUSIONWEB_PROJECT_TEMPLATES = [tmp_path / "project_templates"]
    return tmp_path / "project_templates"


@pytest.fixture
def make(folder):
    """A template of that name, of `copier.yml` and files by path."""

    def make(name="lab", questions="", **files):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "copier.yml").write_text(questions)
        for path, content in files.get("files", {}).items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    return make


def render(tmp_path, name="lab", known=None, **variables):
    template = project_template(name)
    values = read_values(template, variables, {}, known or {"title": "T", "slug": "t"})
    place = tmp_path / "rendered"
    render_files(template, values, place)
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


def test_the_bundled_ones_are_there_and_whole(db):
    assert [template.name for template in project_templates()] == ["plain", "study"]
    assert template_faults() == {}


def test_files_are_rendered_or_copied(make, tmp_path):
    make(
        questions="who: Ada\n",
        files={
            "a.txt.jinja": "Hello {{ who }} of {{ title }}\n",
            "b.txt": "{{ untouched }}",
            "logo.png": b"\x89PNG\x00\xff",
            ".gitignore": "*.log",
            "deep/{{ who }}/c.jinja": "{{ 1 + 1 }}",
        },
    )
    assert render(tmp_path) == {
        "a.txt": b"Hello Ada of T\n",
        "b.txt": b"{{ untouched }}",
        "logo.png": b"\x89PNG\x00\xff",
        ".gitignore": b"*.log",
        "deep/Ada/c": b"2",
    }


def test_what_copier_leaves_out_is_left_out(make, tmp_path):
    make(files={".git/config": "x", "a.pyc": "x", "__pycache__/b": "x", "~c": "x", "d": "x"})
    assert set(render(tmp_path)) == {"d"}


def test_a_template_says_itself_what_to_leave_out(make, tmp_path):
    make(questions='_exclude: ["*.bak", "copier.yml"]', files={"a.bak": "x", "a.pyc": "x"})
    assert set(render(tmp_path)) == {"a.pyc"}


def test_it_may_have_a_subdirectory_and_another_suffix(make, tmp_path):
    make(
        questions="_subdirectory: project\n_templates_suffix: .tmpl\nwho: Ada\n",
        files={"notes.md": "x", "project/a.tmpl": "{{ who }}", "project/b.jinja": "{{ who }}"},
    )
    assert render(tmp_path) == {"a": b"Ada", "b.jinja": b"{{ who }}"}


def test_a_name_that_becomes_empty_leaves_the_file_out(make, tmp_path):
    make(
        questions="tests: true\n",
        files={"{% if tests %}t{% endif %}/a": "x", "{% if not tests %}no{% endif %}/b": "x"},
    )
    assert set(render(tmp_path)) == {"t/a"}


def test_files_may_include_one_another(make, tmp_path):
    make(
        questions='_exclude: ["copier.yml", "parts"]',
        files={"parts/head": "HEAD {{ title }}", "a.jinja": "{% include 'parts/head' %}!"},
    )
    assert render(tmp_path) == {"a": b"HEAD T!"}


def test_a_program_stays_executable(make, tmp_path):
    place = make(files={"run.sh": "#!/bin/sh\n"})
    (place / "run.sh").chmod(0o755)
    render(tmp_path)
    assert os.access(tmp_path / "rendered" / "run.sh", os.X_OK)


QUESTIONS = """
short: 5
choice: {type: str, choices: {Small: s, Large: l}, default: s}
pairs: {type: int, choices: [[one, 1], [two, 2]], default: 2}
asked: {type: bool, default: false}
only_if: {type: str, when: "{{ asked }}", default: "of {{ title }}"}
checked: {type: int, default: 3, validator: "{% if checked > 9 %}is too much{% endif %}"}
forced: {type: str, help: has no default}
free: {type: yaml, default: "[1, 2]"}
"""


def values(**given):
    return read_values(project_template("lab"), {"forced": "x", **given}, {}, {"title": "T"})


def test_answers_have_the_type_of_their_question(make):
    make(questions=QUESTIONS)
    assert values(short="7", choice="l", pairs="1", asked="yes", checked=9.0) == {
        "title": "T", "short": 7, "choice": "l", "pairs": 1, "asked": True, "only_if": "of T",
        "checked": 9, "forced": "x", "free": [1, 2],
    }  # fmt: skip


def test_a_question_that_is_not_asked_keeps_its_default(make):
    make(questions=QUESTIONS)
    assert values(only_if="mine")["only_if"] == "of T"
    assert values(only_if="mine", asked=True)["only_if"] == "mine"


def test_choices_have_labels(make):
    make(questions=QUESTIONS)
    [choice] = [each for each in project_template("lab").questions if each.name == "choice"]
    assert (choice.choices, choice.labels) == (("s", "l"), ("Small", "Large"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"short": "many"}, "is a whole number"),
        ({"short": 1.5}, "is a whole number"),
        ({"short": True}, "is a whole number"),
        ({"choice": "m"}, "is one of s, l"),
        ({"pairs": 3}, "is one of 1, 2"),
        ({"asked": "perhaps"}, "is yes or no"),
        ({"checked": 10}, "is too much"),
        ({"forced": ""}, "is needed"),
        ({"forced": ["a"]}, "is a text"),
        ({"free": "{"}, "is YAML"),
        ({"nobody": 1}, "is not asked"),
    ],
)
def test_answers_that_do_not_fit_are_refused(make, given, words):
    make(questions=QUESTIONS)
    with pytest.raises(ConfigurationInvalid, match=words):
        values(**given)


FAULTY = {
    "no YAML": "a: [",
    "a list": "- a",
    "tasks": "_tasks: [rm -rf /]",
    "a type": "a: {type: secret}",
    "a name": "2nd: x",
    "several at once": "a: {choices: [x], multiselect: true}",
    "choices": "a: {choices: {x: [1]}}",
    "readme": "_readme: [a]",
    "a way out": "_subdirectory: ../..",
    "no folder": "_subdirectory: nowhere",
    "too many": "\n".join(f"q{i}: x" for i in range(201)),
}


@pytest.mark.parametrize("questions", FAULTY.values(), ids=FAULTY.keys())
def test_a_broken_one_is_told_and_left_out(make, questions):
    place = make(questions=questions)
    assert list(template_faults()) == [str(place / "copier.yml")]
    with pytest.raises(TemplateNotFound):
        project_template("lab")
    assert project_template("plain").name == "plain"


def test_it_notices_what_changes(make, folder):
    make(questions="a: [")
    assert template_faults()
    make(questions="a: 1\n")
    assert template_faults() == {}
    make(questions="a: 1\nb: 22\n")
    assert len(project_template("lab").questions) == 2
    (folder / "lab" / "copier.yml").unlink()
    with pytest.raises(TemplateNotFound):
        project_template("lab")


def test_the_first_root_goes_before_the_bundled_ones(make):
    make(name="plain", questions="_title: Ours\n")
    assert project_template("").title == "Ours"


def test_a_listing_is_never_seen_by_half(make):
    for number in range(30):
        make(name=f"t{number}")
    seen, done = [], threading.Event()

    def look():
        while not done.is_set():
            seen.append(len(project_templates()))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        make(name="t0", questions=f"a: {'x' * number}\n")
    done.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {32}


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ nobody }}",
        "{{ 1 / 0 }}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% include '../../secret' %}",
        "{% include 'nothing' %}",
        "{{ title",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    ],
)
def test_what_cannot_be_rendered_is_said(make, tmp_path, text):
    (tmp_path / "secret").write_text("secret")
    make(files={"a.jinja": text})
    with pytest.raises(InvalidInput, match=r"a\.jinja cannot be rendered"):
        render(tmp_path)


@pytest.mark.parametrize("name", ["../up", ".", "..", "a/../../b", "x\ny", "x" * 300, ".session"])
def test_a_name_leads_nowhere_else(make, tmp_path, name):
    make(questions="file: x\n", files={"{{ file }}": "x"})
    with pytest.raises(InvalidInput, match="cannot be a file"):
        render(tmp_path, file=name)
    assert not (tmp_path / "up").exists()


def test_a_name_that_begins_at_the_root_is_left_out(make, tmp_path):
    make(questions="file: x\n", files={"{{ file }}": "x", "a": "x"})
    assert set(render(tmp_path, file=str(tmp_path / "up"))) == {"a"}
    assert not (tmp_path / "up").exists()


def test_two_files_never_become_one(make, tmp_path):
    make(files={"a": "x", "a.jinja": "y"})
    with pytest.raises(InvalidInput, match="Two files"):
        render(tmp_path)


@pytest.mark.parametrize("kind", ["link", "folder link", "pipe"])
def test_what_is_no_plain_file_is_refused(make, tmp_path, kind):
    place = make(files={"a": "x"})
    if kind == "pipe":
        os.mkfifo(place / "odd")
    else:
        (place / "odd").symlink_to("/etc" if kind == "folder link" else "/etc/passwd")
    with pytest.raises(InvalidInput, match="odd of the template is no plain file"):
        render(tmp_path)


def test_a_template_has_its_limits(make, tmp_path):
    make(files={f"f{number}": "x" for number in range(MOST_FILES + 1)})
    with pytest.raises(InvalidInput, match="too large"):
        render(tmp_path)
