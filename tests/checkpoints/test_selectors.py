"""What is asked of the table of checkpoints."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.checkpoints.selectors import (
    Summary,
    approved_for,
    checkpoint_by_id,
    find_checkpoint,
    latest_of_name,
    maker_of,
    place_in_queue,
    siblings,
    summary,
    waiting,
)
from runs.discovery.roots import root_row
from runs.errors import CheckpointNotFound
from runs.models import Checkpoint, Root

KEY = ("gpt", "baselines", "lm_small", "final/1")


def hours_ago(hours):
    return timezone.now() - timedelta(hours=hours)


def test_it_finds_by_key_in_the_first_root_or_the_one_named(checkpoint_row, tmp_path):
    second = root_row(tmp_path / "b", Root.Kind.CHECKPOINTS, 1)
    twin = checkpoint_row(root=second, suffix="final/1")
    first = checkpoint_row(suffix="final/1")
    assert find_checkpoint(*KEY) == first
    assert find_checkpoint(*KEY, root=second.pk) == twin


@pytest.mark.parametrize("suffix", ["final", "final/1/", "final/../final/1", "FINAL/1", ""])
def test_a_key_is_compared_and_never_resolved(checkpoint_row, suffix):
    checkpoint_row(suffix="final/1")
    with pytest.raises(CheckpointNotFound):
        find_checkpoint(*KEY[:3], suffix)


@pytest.mark.parametrize("pk", ["", "x", "²", "1e3", "-1", "9" * 40, 0])
def test_it_knows_no_odd_ids(checkpoint_row, pk):
    checkpoint_row()
    with pytest.raises(CheckpointNotFound):
        checkpoint_by_id(pk)


def test_it_adds_up_without_what_is_not_measured(checkpoint_row):
    for size in (5, 7, None):
        checkpoint_row(size_bytes=size)
    assert summary(Checkpoint.objects.all()) == Summary(3, 12, 1)
    assert summary(Checkpoint.objects.filter(project="none")) == Summary(0, 0, 0)


def test_the_approved_one_is_the_newest_of_the_name_else_of_the_project(checkpoint_row):
    asked = checkpoint_row(suffix="asked", decision="approved")
    assert approved_for(asked) is None
    checkpoint_row(project="other", decision="approved")
    of_project = checkpoint_row(name="big", decision="approved")
    assert approved_for(asked) == of_project
    checkpoint_row(suffix="old", decision="approved", saved_at=hours_ago(9))
    newer = checkpoint_row(suffix="newer", decision="approved", saved_at=hours_ago(5))
    checkpoint_row(suffix="gone", decision="approved", gone_at=timezone.now())
    assert approved_for(asked) == newer


def test_latest_is_what_discovery_says(checkpoint_row):
    row = checkpoint_row(suffix="a")
    assert latest_of_name(row) is None
    latest = checkpoint_row(suffix="b", latest="fallback")
    checkpoint_row(suffix="c", name="another", latest="file")
    assert latest_of_name(row) == latest


def test_siblings_are_the_nearest_in_time_newest_first(checkpoint_row):
    rows = [checkpoint_row(suffix=f"s{n}", saved_at=hours_ago(40 - n)) for n in range(30)]
    checkpoint_row(suffix="foreign", group="other")
    shown = siblings(rows[15], shown=4)
    assert [row.suffix for row in shown] == ["s17", "s16", "s15", "s14", "s13"]
    assert len(siblings(rows[29])) == 21


def test_siblings_saved_at_the_same_moment_are_all_there_once(checkpoint_row):
    moment = timezone.now()
    rows = [checkpoint_row(suffix=f"s{n}", saved_at=moment) for n in range(5)]
    assert {row.pk for row in siblings(rows[2])} == {row.pk for row in rows}


def test_the_maker_is_a_run_of_that_id_and_a_job_of_that_name(
    checkpoint_row, run_row, job_row, staff
):
    run = run_row()
    job = job_row(run_id=run.pk)
    job_row(run_id=run.pk, name="another")
    by_suffix = maker_of(checkpoint_row(suffix=f"{run.pk}/load_2"), staff)
    assert (by_suffix.run, by_suffix.job) == (run, job)
    assert maker_of(checkpoint_row(suffix="best", made_by_id=run.pk), staff).run == run
    nobody = maker_of(checkpoint_row(suffix="best/2"), staff)
    assert (nobody.run, nobody.job) == (None, None)


def test_what_waits_is_complete_on_disk_and_undecided(checkpoint_row):
    checkpoint_row(complete=False)
    checkpoint_row(gone_at=timezone.now())
    checkpoint_row(decision="rejected")
    new, old = checkpoint_row(), checkpoint_row(saved_at=hours_ago(5))
    other = checkpoint_row(project="vision", saved_at=hours_ago(9))
    assert list(waiting()) == [new, old, other]
    assert list(waiting(oldest_first=True)) == [other, old, new]
    assert list(waiting("vision")) == [other]


@pytest.mark.parametrize("oldest_first", [True, False])
def test_each_has_one_place_even_among_equals(checkpoint_row, oldest_first):
    moment = timezone.now()
    for _ in range(4):
        checkpoint_row(saved_at=moment)
    queue = list(waiting(oldest_first=oldest_first))
    places = [place_in_queue(row, oldest_first=oldest_first) for row in queue]
    assert [place.before for place in places] == [0, 1, 2, 3]
    keys = [row.pk for row in queue]
    assert [place.next for place in places] == [*keys[1:], None]
    assert [place.previous for place in places] == [None, *keys[:-1]]
