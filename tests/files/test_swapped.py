"""What was looked at may have been swapped by the time it is opened."""

import io
import zipfile
from pathlib import Path

import pytest

from runs.errors import PathOutside
from runs.files.artifacts import resolve_inside, walk_files
from runs.files.download import zip_chunks
from runs.files.preview import preview
from runs.files.regular import open_regular, within

SECRET = "do not tell"


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "run"
    (home / "sub").mkdir(parents=True)
    (home / "sub" / "a.txt").write_text("harmless")
    (home / "z.txt").write_text("last")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text(SECRET)
    return home


def swap(home):
    """A folder on the way becomes a symlink to a folder elsewhere."""
    (home / "sub").rename(home / "was")
    (home / "sub").symlink_to(home.parent / "elsewhere")


def test_it_opens_what_was_found(home):
    with open_regular(within(home, resolve_inside(home, "sub/a.txt"))) as descriptor:
        assert descriptor > 2


def test_it_opens_nothing_elsewhere(home):
    file = resolve_inside(home, "sub/a.txt")
    swap(home)
    with pytest.raises(PathOutside), open_regular(within(home, file)):
        pass
    with pytest.raises(PathOutside):
        preview(within(home, file))


def test_it_notices_a_home_that_is_another(home):
    file = resolve_inside(home, "sub/a.txt")
    home.rename(home.parent / "was")
    (home.parent / "elsewhere" / "sub").mkdir()
    (home.parent / "elsewhere" / "sub" / "a.txt").write_text(SECRET)
    home.symlink_to(home.parent / "elsewhere")
    with pytest.raises(PathOutside), open_regular(within(home, file)):
        pass


def test_a_zip_under_way_packs_nothing_from_elsewhere(home):
    first = next(path for path, _ in walk_files(home))
    pieces = zip_chunks(home)
    packed = [next(pieces)]
    # the other folder or file is still to come
    swap(home)
    packed += pieces
    with zipfile.ZipFile(io.BytesIO(b"".join(packed))) as archive:
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    assert first in content
    assert SECRET not in str(content)


def test_a_hard_link_is_the_file_itself(home):
    """Nobody can make one to a file that they may not read: there is nothing to guard."""
    Path(home / "hard").hardlink_to(home / "z.txt")
    with open_regular(within(home, resolve_inside(home, "hard"))) as descriptor:
        assert descriptor > 2
