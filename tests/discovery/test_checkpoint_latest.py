"""Which of a name's checkpoints is its latest."""

import pytest

from runs.discovery.checkpoint_latest import mark_latest
from runs.models import Checkpoint, Event

KEY = ("gpt", "baselines", "lm_small")


@pytest.fixture
def three(checkpoint_row):
    """Saved in this order: a, b, and c, which is not complete."""
    times = [f"2026-11-0{day}T00:00Z" for day in (1, 2, 3)]
    return [
        checkpoint_row(suffix=suffix, saved_at=saved_at, complete=suffix != "c")
        for suffix, saved_at in zip("abc", times, strict=True)
    ]


@pytest.fixture
def mark(checkpoint_root, three):
    """Writes the file `latest`, marks, and tells which are marked, and how."""
    path = checkpoint_root.directory.joinpath(*KEY)
    path.mkdir(parents=True)

    def write(text=None):
        if text is not None:
            (path / "latest").write_text(text)
        mark_latest(checkpoint_root, [(KEY, str(path))])
        return dict(Checkpoint.objects.exclude(latest="").values_list("suffix", "latest"))

    return write


def test_it_is_what_the_file_names(mark):
    assert mark("a\n") == {"a": "file"}


def test_it_is_the_newest_complete_one_where_there_is_no_file(mark):
    assert mark() == {"b": "fallback"}


@pytest.mark.parametrize("text", ["", "nothing", "../lm_small/a", "./a", "/a", "a/", "\0", "a\nb"])
def test_it_is_the_newest_complete_one_where_the_file_names_none(mark, text):
    assert mark(text) == {"b": "fallback"}


def test_it_is_never_one_of_another_name(mark, checkpoint_row):
    checkpoint_row(name="other", suffix="z")
    assert mark("../other/z") == {"b": "fallback"}


def test_it_moves_with_the_file(mark):
    mark("a")
    assert mark("b") == {"b": "file"}


def test_it_is_none_where_none_is_complete(mark):
    Checkpoint.objects.update(complete=False)
    assert mark() == {}


def test_it_is_not_one_that_is_gone(mark):
    Checkpoint.objects.filter(suffix="b").update(gone_at="2026-11-04T00:00Z")
    assert mark("b") == {"a": "fallback"}


def test_it_tells_only_of_what_became_different(mark):
    mark("a")
    events = Event.objects.count()
    mark("a")
    assert Event.objects.count() == events
    mark("b")
    told = Event.objects.order_by("seq")[events:]
    assert sorted(event.payload["latest"] for event in told) == ["", "file"]


def test_it_marks_many_names_at_once(checkpoint_root):
    names = []
    rows = []
    for number in range(1100):
        key = ("gpt", "baselines", f"n{number:04}")
        rows.append(
            Checkpoint(
                root=checkpoint_root,
                project=key[0],
                group=key[1],
                name=key[2],
                suffix="only",
                complete=True,
            )  # fmt: skip
        )
        names.append((key, str(checkpoint_root.directory.joinpath(*key))))
    Checkpoint.objects.bulk_create(rows)
    mark_latest(checkpoint_root, names)
    assert Checkpoint.objects.filter(latest="fallback").count() == 1100
