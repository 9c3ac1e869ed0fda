import os
import socket

import pytest

from runs.errors import NotFound, PathOutside
from runs.files.artifacts import list_directory, resolve_inside, tree_size


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "output"
    (root / "plots").mkdir(parents=True)
    (root / "result.json").write_text("{}")
    (root / "plots" / "a b.png").write_bytes(b"png")
    (root / ".launch.json").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "output-other").mkdir()
    return root


@pytest.mark.parametrize("relative", ["", "result.json", "plots", "plots/", "plots//a b.png"])
def test_it_finds_what_is_inside(root, relative):
    assert resolve_inside(root, relative).is_relative_to(root)


@pytest.mark.parametrize(
    "relative",
    ["..", "../secret.txt", "plots/../../secret.txt", "plots/../result.json", "./result.json", "."]
    + ["/etc/passwd", "//etc/passwd", "/", ".launch.json", "plots/.x", "../output-other", "a\0b"]
    + ["..\0", "plots/..", ".../x", "\0"],
)
def test_it_never_leaves_the_directory(root, relative):
    with pytest.raises(PathOutside) as caught:
        resolve_inside(root, relative)

    assert str(root.parent) not in caught.value.message


@pytest.mark.parametrize(
    "relative",
    ["none", "result.json/x", "%2e%2e/secret.txt", "..%2fsecret.txt".removeprefix(".."), "x" * 5000]
    + ["a/" * 5000, "\\..\\secret.txt", "\ud800", "plots/．．/secret.txt"],
)
def test_it_says_not_found_and_nothing_more(root, relative):
    with pytest.raises(NotFound) as caught:
        resolve_inside(root, relative)

    assert str(root.parent) not in caught.value.message
    caught.value.message.encode()


@pytest.mark.parametrize(
    "target", ["../secret.txt", "/etc/passwd", ".launch.json", "../output-other"]
)
def test_it_follows_no_symlink_out_or_to_what_is_hidden(root, target):
    (root / "link").symlink_to(target)

    with pytest.raises(PathOutside):
        resolve_inside(root, "link")
    assert "link" not in [entry.name for entry in list_directory(root).entries]


def test_it_follows_a_symlink_that_stays_inside(root):
    (root / "latest").symlink_to("plots")

    assert resolve_inside(root, "latest/a b.png") == root / "plots" / "a b.png"
    assert [entry.path for entry in list_directory(root, "latest").entries] == ["latest/a b.png"]


def test_it_follows_no_symlink_in_circles(root):
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    (root / "plots" / "up").symlink_to("..")

    with pytest.raises(NotFound):
        resolve_inside(root, "a")
    assert [entry.name for entry in list_directory(root).entries] == ["plots", "result.json"]
    assert tree_size(root, hidden=False) == (2, 5)


def test_it_offers_no_pipe_socket_or_device(root, tmp_path):
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        (root / "null").symlink_to("/dev/null")

        for name in ("pipe", "socket", "null"):
            with pytest.raises(NotFound):
                resolve_inside(root, name)
        assert len(list_directory(root).entries) == 2


def test_it_lists_folders_first_in_natural_order(root):
    for name in ("load_10.json", "load_9.json", "Load_1.json", "zzz"):
        (root / name).touch()
    (root / "zoo").mkdir()

    listing = list_directory(root)

    assert [entry.name for entry in listing.entries] == [
        "plots", "zoo", "Load_1.json", "load_9.json", "load_10.json", "result.json", "zzz",
    ]  # fmt: skip
    assert (listing.total, listing.truncated) == (7, False)


def test_it_says_what_an_entry_is(root):
    os.utime(root / "result.json", (1_000_000_000, 1_000_000_000))

    plots, result = list_directory(root).entries

    assert (plots.type, plots.path) == ("directory", "plots")
    assert (result.type, result.size_bytes) == ("file", 2)
    assert result.modified_at.isoformat() == "2001-09-09T01:46:40+00:00"


def test_it_lists_at_most_two_thousand(root):
    for n in range(2100):
        (root / "plots" / f"f{n}").touch()

    listing = list_directory(root, "plots")

    assert (len(listing.entries), listing.total, listing.truncated) == (2000, 2101, True)
    assert listing.entries[1].name == "f0"


def test_it_shows_names_that_are_no_utf8(root):
    os.close(os.open(os.fsencode(root) + b"/\xff\xfe", os.O_CREAT))

    names = [entry.name for entry in list_directory(root).entries]

    assert "\ufffd\ufffd" in names


def test_it_lists_no_file_and_nothing_missing(root):
    for relative in ("result.json", "none"):
        with pytest.raises(NotFound):
            list_directory(root, relative)
    with pytest.raises(NotFound):
        list_directory(root / "gone")


def test_it_measures_a_tree(root):
    assert tree_size(root) == (3, 11)
    assert tree_size(root, hidden=False) == (2, 5)
    assert tree_size(root / "gone") == (0, 0)
