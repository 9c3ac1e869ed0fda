import os
import shutil
import threading
from datetime import UTC, datetime

import pytest

from runs.configuration.templates import Catalogue
from runs.errors import NotFound


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root" / "sim"
    (folder / "paper").mkdir(parents=True)
    (folder / "quick.ini").write_text("; Quick look.\n; Five loads,\n;  small.\n\n; more\n[a]\n")
    (folder / "paper" / "fig3.yaml").write_text("# Figure 3\na: 1\n")
    return tmp_path / "root"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def catalogue(root, clock):
    return Catalogue([root], clock=clock)


def names(catalogue):
    return [template.name for template in catalogue.templates("sim")]


def reasons(catalogue):
    return {fault.path.rpartition("/")[2]: fault.reason for fault in catalogue.faults}


def test_it_lists_nested_templates_with_their_words(catalogue, root):
    path = root / "sim" / "quick.ini"
    os.utime(path, (1, 1_800_000_000))
    fig3, quick = catalogue.templates("sim")
    assert (fig3.name, fig3.format, fig3.title) == ("paper/fig3", "yaml", "Figure 3")
    assert (quick.title, quick.description) == ("Quick look.", "Five loads, small.")
    assert quick.modified_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert quick.size_bytes == path.stat().st_size
    assert catalogue.read(fig3) == "# Figure 3\na: 1\n"
    assert catalogue.count() == 2


def test_it_titles_a_template_without_comment_by_its_name(catalogue, root):
    (root / "sim" / "plain.json").write_text('{"a": "# no comment"}')
    assert catalogue.get("sim", "plain").title == "plain"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "paper" / "fig3.yaml").write_text("# Figure 4\na: 1\n"),
        lambda folder: (folder / "paper" / "fig5.json").write_text("{}"),
        lambda folder: (folder / "paper" / "fig3.yaml").unlink(),
        lambda folder: (folder / "paper" / "fig3.yaml").rename(folder / "paper" / "fig0.yaml"),
        lambda folder: (folder / "paper").rename(folder / "thesis"),
        lambda folder: shutil.rmtree(folder),
    ],
    ids=["changed", "new", "removed", "renamed", "folder renamed", "folder removed"],
)
def test_it_notices_a_nested_file_within_a_second(catalogue, root, clock, change):
    before = catalogue.templates("sim")
    change(root / "sim")
    clock.now = 0.9
    assert catalogue.templates("sim") == before
    clock.now = 1.0
    assert catalogue.templates("sim") != before


def test_it_finds_a_new_template_by_name_at_once(catalogue, root):
    assert "new" not in names(catalogue)
    (root / "sim" / "new.ini").write_text("[a]\n")
    assert catalogue.get("sim", "new").name == "new"


@pytest.mark.parametrize(
    "name", ["../sim/quick", "quick.ini", "/etc/passwd", "paper", "", "paper/../quick", "\0"]
)
def test_it_takes_a_name_for_a_key_and_never_for_a_path(catalogue, name):
    with pytest.raises(NotFound):
        catalogue.get("sim", name)


def test_it_knows_nothing_of_another_program(catalogue):
    assert catalogue.templates("other") == []
    with pytest.raises(NotFound):
        catalogue.get("other", "quick")


def test_it_leaves_out_what_is_unfit_and_says_why(catalogue, root, tmp_path):
    folder = root / "sim"
    (tmp_path / "secret.ini").write_text("[secret]\n")
    (tmp_path / "outside").mkdir()
    (folder / ".hidden.ini").write_text("")
    (folder / "quick.ini~").write_text("")
    (folder / "latin.ini").write_bytes(b"; caf\xe9\n")
    (folder / "huge.ini").write_bytes(b"x" * (1024 * 1024 + 1))
    (folder / "leak.ini").symlink_to(tmp_path / "secret.ini")
    (folder / "gone.ini").symlink_to(tmp_path / "gone.ini")
    (folder / "away").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    (folder / "quick.yaml").write_text("a: 1\n")
    (folder / "line\nbreak.ini").write_text("")
    os.mkfifo(folder / "pipe.ini")
    (folder / "notes.txt").write_text("no template")
    assert names(catalogue) == ["paper/fig3", "quick"]
    assert reasons(catalogue) == {
        ".hidden.ini": "is hidden",
        "quick.ini~": "is a backup",
        "latin.ini": "is not UTF-8: byte 6 fits no character",
        "huge.ini": "is longer than 1 MiB",
        "leak.ini": "is a link that leads out of the folder",
        "gone.ini": "cannot be read: No such file or directory",
        "away": "is a link that leads out of the folder",
        "loop": "is a link to a folder, which is not followed",
        "quick.yaml": f"has the name of {folder / 'quick.ini'}",
        "line\nbreak.ini": "has a name that cannot be shown",
        "pipe.ini": "is not a regular file",
    }


def test_it_says_where_a_name_is_no_text(catalogue, root):
    os.close(os.open(os.fsencode(root / "sim") + b"/caf\xe9.ini", os.O_CREAT))
    assert reasons(catalogue) == {"caf\ufffd.ini": "has a name that cannot be shown"}


def test_it_follows_a_link_that_stays_inside(catalogue, root):
    (root / "sim" / "same.ini").symlink_to(root / "sim" / "quick.ini")
    assert catalogue.get("sim", "same").title == "Quick look."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("nested", ["", "sim", "sim/paper"])
def test_it_says_which_folder_cannot_be_read(root, nested):
    (root / nested).chmod(0)
    try:
        [fault] = Catalogue([root]).faults
    finally:
        (root / nested).chmod(0o700)
    assert (fault.path, fault.reason) == (str(root / nested), "cannot be read: Permission denied")


def test_it_forgets_a_fault_that_was_mended(catalogue, root, clock):
    (root / "sim" / "latin.ini").write_bytes(b"\xe9")
    assert "latin.ini" in reasons(catalogue)
    (root / "sim" / "latin.ini").write_text("; é\n")
    clock.now = 2
    assert (reasons(catalogue), catalogue.get("sim", "latin").title) == ({}, "é")


def test_it_prefers_the_first_root_and_takes_folders_of_programs(root, tmp_path):
    second = tmp_path / "second" / "sim"
    second.mkdir(parents=True)
    (second / "quick.ini").write_text("; Other\n")
    (tmp_path / "bundled").mkdir()
    (tmp_path / "bundled" / "long.ini").write_text("; Long\n")
    catalogue = Catalogue(
        [root, second.parent, tmp_path / "missing"], {"sim": tmp_path / "bundled"}
    )
    assert names(catalogue) == ["long", "paper/fig3", "quick"]
    assert catalogue.get("sim", "quick").title == "Quick look."


def test_it_does_not_read_what_is_gone(catalogue, root):
    template = catalogue.get("sim", "quick")
    template.path.unlink()
    with pytest.raises(NotFound, match="cannot be read"):
        catalogue.read(template)


def test_it_serves_many_threads_while_files_come_and_go(root):
    catalogue = Catalogue([root], clock=iter(range(10**9)).__next__)
    faults = []

    def look():
        for _ in range(50):
            listed = names(catalogue)
            if "quick" not in listed or listed != sorted(set(listed)):
                faults.append(listed)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(60):
        path = root / "sim" / "paper" / f"{number % 3}.ini"
        path.unlink() if path.exists() else path.write_text("[a]\n")
    for thread in threads:
        thread.join()
    assert faults == []
