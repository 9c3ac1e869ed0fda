"""Checkpoint rows kept in step with what is on disk."""

import json
import os
import shutil
import time

import pytest

from runs.discovery.checkpoints import Checkpoints
from runs.discovery.claims import claim
from runs.discovery.engine import Engine
from runs.models import Checkpoint, Event, Project, Review
from tests.disk import write_checkpoint

OLD = time.time() - 10 * 86400


@pytest.fixture
def disk(checkpoint_root):
    checkpoint_root.directory.mkdir(parents=True, exist_ok=True)
    return checkpoint_root.directory


@pytest.fixture
def start(checkpoint_root, disk):
    """A new engine of the root, as after a restart of the process."""

    def make():
        claim(checkpoint_root, "test")
        checkpoint_root.refresh_from_db()
        engine = Engine(checkpoint_root, Checkpoints(), claimed_by="test")
        engine.load()
        return engine

    return make


@pytest.fixture
def engine(start):
    """Has made its first scan of nothing, and tells of everything from now on."""
    engine = start()
    engine.scan()
    return engine


def suffixes(**filters):
    return sorted(Checkpoint.objects.filter(**filters).values_list("suffix", flat=True))


def kinds():
    return list(Event.objects.filter(topic="checkpoints").values_list("kind", flat=True))


def age(path):
    """As if everything below had been written ten days ago."""
    for each in sorted(path.rglob("*"), reverse=True):
        os.utime(each, (OLD, OLD))


def test_it_fills_a_row(engine, disk):
    write_checkpoint(disk, "ntoks/134217728")
    engine.scan()
    row = Checkpoint.objects.get()
    assert str(row) == "gpt/baselines/lm_small/ntoks/134217728"
    assert row.complete and row.reason == "" and row.fault == ""
    assert (row.steps, row.score, row.metrics) == (4096, 0.5, {"steps": 4096, "score": 0.5})
    assert (row.config_name, row.made_by_name, row.made_by_id) == (
        "config.yaml", "lm_small", "0a1b2c3d",
    )  # fmt: skip
    assert (row.decision, row.pinned, row.reviewed_by, row.measured_at) == (
        "unreviewed", False, None, None,
    )  # fmt: skip
    assert row.latest == "file"
    assert "ntoks/134217728" in row.search_text
    assert Project.objects.filter(slug="gpt").exists()


def test_it_finds_nothing_new_twice(engine, disk):
    write_checkpoint(disk)
    assert engine.scan().found == 1
    events = Event.objects.count()
    counts = engine.scan()
    assert (counts.found, counts.changed, counts.gone) == (0, 0, 0)
    assert Event.objects.count() == events


def test_it_reads_nothing_again_after_a_restart(start, disk):
    write_checkpoint(disk)
    start().scan()
    counts = start().scan()
    assert (counts.found, counts.changed) == (0, 0)


def test_it_tells_of_what_it_found(engine, disk):
    write_checkpoint(disk)
    engine.scan()
    row = Checkpoint.objects.get()
    event = Event.objects.get(kind="checkpoint.found")
    assert event.subject == f"checkpoint:{row.pk}"
    assert event.payload["id"] == row.pk
    assert event.payload["suffix"] == row.suffix


def test_it_tells_of_counts_in_a_first_scan(start, disk):
    for number in range(3):
        write_checkpoint(disk, f"ntoks/{number}")
    start().scan()
    assert "checkpoint.found" not in kinds()
    assert Event.objects.get(kind="checkpoints.changed").payload == {
        "counts": {"checkpoint.found": 3}
    }


def test_it_takes_new_numbers_in(engine, disk):
    directory = write_checkpoint(disk, "best", score=0.5)
    age(disk)
    engine.scan()
    Checkpoint.objects.update(measured_at="2026-01-01T00:00Z", size_bytes=7)
    (directory / "config.json").write_text(json.dumps({"steps": 9, "score": 0.7}))
    engine.scan()
    row = Checkpoint.objects.get()
    assert (row.steps, row.score) == (9, 0.7)
    assert (row.size_bytes, row.measured_at) == (7, None)
    assert kinds()[-1] == "checkpoint.changed"


def test_it_sees_a_payload_being_committed(engine, disk):
    directory = write_checkpoint(disk, complete=False)
    engine.scan()
    row = Checkpoint.objects.get()
    assert not row.complete
    assert "not committed" in row.reason
    (directory / "checkpoint.orbax-checkpoint-tmp-1").rename(directory / "checkpoint")
    (directory / "checkpoint" / "commit_success.txt").touch()
    engine.scan()
    row.refresh_from_db()
    assert row.complete and row.reason == ""


def test_it_looks_again_at_a_commit_that_shows_nowhere_outside(engine, disk):
    directory = write_checkpoint(disk)
    commit = directory / "checkpoint" / "commit_success.txt"
    commit.unlink()
    engine.scan()
    commit.touch()
    assert len(engine.again) == 1
    engine.again = dict.fromkeys(engine.again, 0.0)
    engine.refresh([], engine.due())
    assert Checkpoint.objects.get().complete


def test_it_reads_incomplete_ones_again_after_a_restart(start, disk):
    directory = write_checkpoint(disk)
    (directory / "checkpoint" / "commit_success.txt").unlink()
    age(disk)
    start().scan()
    assert not Checkpoint.objects.get().complete
    (directory / "checkpoint" / "commit_success.txt").touch()
    start().scan()
    assert Checkpoint.objects.get().complete


def test_it_removes_the_row_of_what_vanished(engine, disk):
    shutil.rmtree(write_checkpoint(disk, "ntoks/1", latest=False))
    write_checkpoint(disk, "ntoks/2")
    engine.scan()
    shutil.rmtree(disk / "gpt/baselines/lm_small/ntoks/2")
    assert engine.scan().gone == 1
    assert Checkpoint.objects.count() == 0
    assert kinds()[-1] == "checkpoint.gone"


@pytest.mark.parametrize("why", ["approved", "rejected", "pinned", "history"])
def test_it_keeps_what_somebody_reviewed(engine, disk, staff, why):
    directory = write_checkpoint(disk)
    engine.scan()
    row = Checkpoint.objects.get()
    if why in ("approved", "rejected"):
        Checkpoint.objects.update(decision=why)
    elif why == "pinned":
        Checkpoint.objects.update(pinned=True)
    else:
        Review.objects.create(checkpoint=row, decision="unreviewed", pinned=False, by=staff)
    shutil.rmtree(directory)
    engine.scan()
    row.refresh_from_db()
    assert row.gone_at is not None
    assert row.latest == ""


def test_it_does_not_tell_twice_that_one_is_gone(start, disk):
    directory = write_checkpoint(disk)
    start().scan()
    Checkpoint.objects.update(pinned=True)
    shutil.rmtree(directory)
    start().scan()
    gone_at = Checkpoint.objects.get().gone_at
    start().scan()
    assert Checkpoint.objects.get().gone_at == gone_at
    assert kinds().count("checkpoint.gone") == 1


def test_it_leaves_a_review_alone_and_takes_back_what_returned(engine, disk, staff):
    directory = write_checkpoint(disk)
    engine.scan()
    Checkpoint.objects.update(
        decision="approved", pinned=True, review_note="good", reviewed_by=staff
    )
    shutil.move(directory, disk.parent / "aside")
    engine.scan()
    shutil.move(disk.parent / "aside", directory)
    engine.scan()
    row = Checkpoint.objects.get()
    assert row.gone_at is None
    assert (row.decision, row.pinned, row.review_note) == ("approved", True, "good")
    assert row.reviewed_by == staff
    assert kinds()[-2:].count("checkpoint.found") == 1


def test_it_keeps_the_row_of_a_renamed_directory(engine, disk):
    write_checkpoint(disk, "ntoks/1", name="first")
    age(disk)
    engine.scan()
    before = Checkpoint.objects.get()
    Checkpoint.objects.update(decision="approved")
    (disk / "gpt" / "baselines" / "first").rename(disk / "gpt" / "baselines" / "second")
    assert engine.scan().moved == 1
    row = Checkpoint.objects.get()
    assert (row.pk, row.name, row.decision) == (before.pk, "second", "approved")
    assert "second" in row.search_text
    assert row.latest == "file"


def test_it_does_not_confuse_those_that_differ(engine, disk):
    for suffix in ("ntoks/1", "ntoks/12", "ntoks/1/2"):
        (disk / "gpt/baselines/lm_small" / suffix).mkdir(parents=True, exist_ok=True)
    (disk / "gpt/baselines/lm_small/ntoks/1/2/job.json").write_text("{}")
    (disk / "gpt/baselines/lm_small/ntoks/12/job.json").write_text("{}")
    engine.scan()
    assert suffixes() == ["ntoks/1/2", "ntoks/12"]


def test_it_says_what_could_not_be_read_and_reads_the_others(engine, disk):
    broken = write_checkpoint(disk, "ntoks/1")
    (broken / "config.json").write_text("[]")
    write_checkpoint(disk, "ntoks/2")
    engine.scan()
    assert Checkpoint.objects.get(suffix="ntoks/1").fault == "config.json is not a JSON object."
    assert Checkpoint.objects.get(suffix="ntoks/2").fault == ""


@pytest.mark.parametrize("part", ["line\nbreak", "emoji 🚀", "100%", "q?a=b&c", "-rf", "x" * 255])
def test_it_takes_names_as_they_are(engine, disk, part):
    write_checkpoint(disk, f"a/{part}", project=part, latest=False)
    engine.scan()
    row = Checkpoint.objects.get()
    assert (row.project, row.suffix) == (part, f"a/{part}")


def test_it_stays_in_step_while_the_tree_changes_under_it(engine, disk):
    for number in range(20):
        write_checkpoint(disk, f"ntoks/{number}", name=f"n{number % 3}")
    engine.scan()
    for number in range(0, 20, 2):
        shutil.rmtree(disk / "gpt" / "baselines" / f"n{number % 3}" / "ntoks" / str(number))
    write_checkpoint(disk, "final/1")
    engine.scan()
    on_disk = sorted(str(path.parent.relative_to(disk)) for path in disk.glob("*/*/**/job.json"))
    assert sorted(str(row) for row in Checkpoint.objects.all()) == on_disk
