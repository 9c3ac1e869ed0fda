"""The run list with 100,000 runs, every filter and far pages; against the login page."""

import random
import re
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from runs.contract.status import FINAL, Status
from runs.models import Program, Project, Run
from runs.search import index_for_search

from .figure import Figure, percentile
from .lab import Lab

RUNS = 100_000
ROUNDS = 8
FILTERS = [
    "owner=all",
    "",
    "owner=all&status=failed",
    "owner=all&status=failed&status=lost",
    "owner=all&project=p7",
    "owner=all&project=p7&status=completed",
    "owner=all&program=fusion-sim",
    "owner=all&group=g3",
    "owner=all&search=needle",
    "owner=all&search=no-such-word-anywhere",
    "owner=all&tag=paper",
    "owner=all&since=2020-01-01&until=2020-01-02",
    "owner=all&order=name",
    "owner=all&order=-name&status=completed",
]
PAGES = 4


def measure(lab: Lab) -> list[Figure]:
    fill()
    baseline = [lab.get("/accounts/login/", anonymous=True)[2] for _ in range(100)]
    timings = {query: timings_of(lab, query) for query in FILTERS}
    slowest = max(timings, key=lambda query: percentile(timings[query], 0.95))
    everything = [seconds for several in timings.values() for seconds in several]
    return [
        Figure(
            f"run list of {RUNS:,} runs, {name}, 95th percentile",
            1000 * percentile(values, 0.95),
            "ms",
            50.0,
            1000 * percentile(baseline, 0.95),
            "the login page",
        )
        for name, values in (
            ("all filters and pages", everything),
            (f"slowest filter “{slowest}”", timings[slowest]),
        )
    ]


def timings_of(lab: Lab, query: str) -> list[float]:
    """Seconds of the first pages, following “older”, several times each."""
    path: str | None = f"/runs/?{query}"
    timings = []
    for _ in range(PAGES):
        if path is None:
            break
        body = b""
        for _ in range(ROUNDS):
            _, body, seconds = lab.get(path)
            timings.append(seconds)
        path = older_page(body.decode())
    return timings


def older_page(body: str) -> str | None:
    found = re.search(
        r'<a[^>]*rel="next"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*rel="next"', body
    )
    if not found:
        return None
    address = (found[1] or found[2]).replace("&amp;", "&")
    return address if address.startswith("/") else f"/runs/{address}"


def fill() -> None:
    """100,000 ended runs of 20 people in 40 projects, over a year."""
    chance = random.Random(1)
    users = [
        get_user_model().objects.get_or_create(username=f"user{number}")[0] for number in range(19)
    ]
    users.append(get_user_model().objects.get(username="bench"))
    projects = [Project.objects.get_or_create(slug=f"p{number}")[0] for number in range(40)]
    program = Program.objects.get(slug="fusion-sim")
    now = timezone.now()
    rows = []
    for number in range(RUNS):
        made = now - timedelta(seconds=300 * number + chance.random() * 200)
        run = Run(
            project=chance.choice(projects),
            group=f"g{chance.randrange(8)}",
            name=f"sweep-{number}" + ("-needle" if number % 1000 == 0 else ""),
            program=program,
            owner=chance.choice(users),
            status=chance.choices(sorted(FINAL), (5, 60, 20, 5, 10))[0],
            reason="exit code 0",
            root="/tmp",
            started_at=made,
            ended_at=made + timedelta(seconds=100),
            tags=["paper"] if number % 50 == 0 else [],
        )
        run.search_text = run.facts_for_search()
        rows.append((run, made))
    Run.objects.bulk_create([run for run, _ in rows], batch_size=5000)
    for run, made in rows:
        run.created_at = made
    Run.objects.bulk_update([run for run, _ in rows], ["created_at"], batch_size=2000)
    assert Run.objects.filter(status=Status.PENDING).count() == 0
    while index_for_search():
        pass
