"""How times, amounts and statuses are written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Run
from runs.web.templatetags import show


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.44, "0.4 s"),
        (59.9, "59 s"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (90061, "1 d 1 h"),
    ],
)
def test_it_writes_durations_in_two_units(seconds, words):
    assert show.duration(seconds) == words


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_it_leaves_out_a_duration_that_is_none(value):
    assert show.duration(value) == ""


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [(0, "0 B"), (999, "999 B"), (999_999, "1.0 MB"), (4_200_000_000, "4.2 GB"), (271e9, "271 GB")],
)
def test_it_writes_sizes_in_decimal_units(n_bytes, words):
    assert show.size(n_bytes) == words


def test_it_counts_in_the_singular_and_the_plural():
    assert show.count(1, "run") == "1 run"
    assert show.count(12408, "run") == "12,408 runs"
    assert show.count(2, "entry,entries") == "2 entries"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0231499, "0.02315"), (0, "0"), (1.2e-5, "1.2e-5"), (12345.678, "12,350"), (3.0, "3"),
     (12, "12"), (float("nan"), "nan"), ("<b>", "<b>"), (True, "True")],
)  # fmt: skip
def test_it_writes_metrics_with_four_digits(value, words):
    assert show.metric(value) == words


def test_it_says_a_hundred_percent_of_what_is_finished_alone():
    assert show.percent(0.999) == "99 %"
    assert show.percent(1) == "100 %"


def test_it_gives_the_absolute_time_with_its_zone():
    html = show.ago(timezone.now() - timedelta(minutes=3))
    assert ">3 min ago</time>" in html
    assert "UTC" in html


def test_it_dates_what_is_long_ago():
    when = timezone.now() - timedelta(days=40)
    assert f">{when.day} {when:%b %Y}</time>" in show.ago(when)


def test_it_shows_a_status_as_icon_and_word():
    html = show.status_badge("failed")
    assert "<svg" in html
    assert html.endswith("failed</span>")


def test_it_escapes_a_status_it_does_not_know():
    assert "<script>" not in show.status_badge("<script>")


def test_it_calls_a_run_stale_that_nobody_verified(settings):
    seen = timezone.now() - timedelta(seconds=settings.FUSIONWEB_STALE_SECONDS + 1)
    assert "stale" in show.status_of_run(Run(status="running", verified_at=seen))
    assert "stale" not in show.status_of_run(Run(status="running", verified_at=timezone.now()))
    assert "stale" not in show.status_of_run(Run(status="completed", verified_at=seen))


def test_it_says_how_long_a_run_took():
    start = timezone.now() - timedelta(seconds=90)
    assert show.took(Run()) == ""
    assert show.took(Run(started_at=start, ended_at=start + timedelta(seconds=61))) == "1 min 1 s"
    assert "data-elapsed" in show.took(Run(started_at=start))
