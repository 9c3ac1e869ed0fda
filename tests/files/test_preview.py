import json
import os
import pickle

import pytest

from runs.errors import NotFound
from runs.files.preview import preview

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50


@pytest.fixture
def show(tmp_path):
    def write_and_preview(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return preview(path)

    return write_and_preview


def test_it_shows_text(show):
    shown = show("notes.txt", "größe\n".encode())

    assert (shown.kind, shown.text, shown.truncated) == ("text", "größe\n", False)


def test_it_shows_the_beginning_of_long_text(show):
    shown = show("long.log", "€".encode() * 200_000)

    assert shown.truncated
    assert shown.text == "€" * (256 * 1024 // 3)


def test_it_shows_bad_bytes_as_such(show):
    assert show("x.txt", b"ok " * 20 + b"\xff").text.endswith("\ufffd")


def test_it_lays_out_json(show):
    shown = show("a.json", b'\xef\xbb\xbf{"a":[1,NaN,"\xc3\xa9"]}')

    assert shown.kind == "json"
    assert shown.text == '{\n  "a": [\n    1,\n    NaN,\n    "é"\n  ]\n}'


@pytest.mark.parametrize("data", [b'{"a": ', b"[" * 100_000, b"9" * 5000, b'{"a": "\xff"}'])
def test_it_shows_broken_json_as_text_and_says_why(show, data):
    shown = show("a.json", data)

    assert shown.kind == "text"
    assert shown.note.startswith("This is not JSON: ")


def test_it_bounds_the_layout_of_deep_json(show):
    deep = "[" * 400 + ",".join("1" * 1000) + "]" * 400

    shown = show("a.json", deep.encode())

    assert shown.truncated
    assert len(shown.text) == 256 * 1024


def test_it_shows_half_characters_in_json(show):
    show("a.json", b'"\\ud800"').text.encode()


def test_it_does_not_lay_out_huge_json(show):
    shown = show("a.json", json.dumps(["x"] * 500_000).encode())

    assert (shown.kind, shown.truncated) == ("text", True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"x,y\n1,2\n\n3,4\n"),
        ("a.tsv", b"x\ty\n1\t2\n3\t4"),
        ("a.CSV", b"\xef\xbb\xbfx;y\r\n1;2\r\n3;4\r\n"),
    ],
)
def test_it_shows_a_table(show, name, data):
    shown = show(name, data)

    assert shown.kind == "csv"
    assert shown.columns == ["x", "y"]
    assert shown.rows == [["1", "2"], ["3", "4"]]
    assert not shown.truncated


def test_it_bounds_a_table(show):
    line = ",".join(["x" * 600] * 60)
    shown = show("a.csv", "\n".join([line] * 1000).encode())

    assert shown.truncated
    assert (len(shown.columns), len(shown.columns[0])) == (50, 500)
    assert len(shown.rows) < 500

    assert len(show("b.csv", b"1,2\n" * 1000).rows) == 500


@pytest.mark.parametrize("data", [b"x" * 200_000, b"\n\n\n"])
def test_it_shows_what_is_no_table_as_text(show, data):
    shown = show("a.csv", data)

    assert shown.kind == "text"
    assert shown.note.startswith("This is not a table: ")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        (b"GIF89a" + b"\0" * 20, "image/gif"),
        (b"RIFF\0\0\0\0WEBP" + b"\0" * 20, "image/webp"),
    ],
)
def test_it_knows_images_by_their_bytes(show, data, media_type):
    shown = show("picture.txt", data)

    assert (shown.kind, shown.media_type) == ("image", media_type)


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.ipynb", "a.png"])
def test_it_shows_documents_that_may_hold_scripts_as_text(show, name):
    shown = show(name, b"<svg onload='alert(1)'/>")

    assert (shown.kind, shown.media_type) == ("text", "text/plain")


def test_it_refuses_a_huge_image(tmp_path):
    path = tmp_path / "huge.png"
    path.write_bytes(PNG)
    os.truncate(path, 30 * 1024 * 1024)

    assert preview(path).kind == "too_large"


class Bomb:
    def __reduce__(self):
        return (os.mkdir, ("exploded",))


@pytest.mark.parametrize(
    "data",
    [pickle.dumps(Bomb()), pickle.dumps(list(range(9))), b"\x93NUMPY\x01\0v\0{}", os.urandom(5000)],
)
def test_it_dumps_binary_files_and_loads_none(show, tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)

    shown = show("model.pkl", data)

    assert shown.kind == "binary"
    assert shown.text.startswith(f"00000000  {data[:4].hex(' ')}")
    assert not (tmp_path / "exploded").exists()


def test_it_shows_an_empty_file(show):
    assert show("empty.json", b"").kind == "empty"


def test_it_previews_no_pipe_and_no_symlink(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")

    with pytest.raises(NotFound):
        preview(tmp_path / "pipe")
    with pytest.raises(OSError):
        preview(tmp_path / "link")
