"""Which of a project's things a rule of retention removes, and why each goes or stays. Pure.

First what must not go whatever the rule says, then what the rule keeps; what is left goes by age,
by budget, or all of it (see `runs.models.Retention`).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runs.cleanup.reasons import PROTECTED_BY_NOBODY
from runs.models import Retention, Trash


@dataclass(frozen=True)
class Candidate:
    """Something a rule may remove, as the table knows it.

    `series` is whatever it is the newest or best *of*, `series_name` its name for people.
    `shield` is the sentence of what protects it in any case, `approval` of who approved it.
    A test run (`is_test`) belongs to a series of its own.
    `usable` says whether it counts among the newest and the best; `value` is its metric, None
    where it has none; `size_bytes` is None where nobody has measured it yet. `locate` gives the
    address of its page: of 20,000, only those shown are asked.
    """

    kind: Trash.Kind
    pk: Any
    label: str
    locate: Callable[[], str]
    series: tuple[Any, ...]
    series_name: str
    at: datetime
    shield: str = ""
    approval: str = ""
    usable: bool = True
    is_test: bool = False
    named_latest: bool = False
    value: float | None = None
    files: int | None = None
    size_bytes: int | None = None

    @property
    def address(self) -> str:
        return self.locate()

    @property
    def key(self) -> tuple[str, Any]:
        return (str(self.kind), self.pk)


@dataclass(frozen=True)
class Item:
    """What becomes of a candidate, and one sentence why."""

    candidate: Candidate
    goes: bool
    why: str


@dataclass(frozen=True)
class Plan:
    """Newest first. `size_bytes` leaves out what nobody has measured: `unmeasured` counts it."""

    items: list[Item]

    @property
    def going(self) -> list[Item]:
        return [item for item in self.items if item.goes]

    @property
    def staying(self) -> list[Item]:
        return [item for item in self.items if not item.goes]

    @property
    def files(self) -> int:
        return sum(item.candidate.files or 0 for item in self.going)

    @property
    def size_bytes(self) -> int:
        return sum(item.candidate.size_bytes or 0 for item in self.going)

    @property
    def staying_bytes(self) -> int:
        return sum(item.candidate.size_bytes or 0 for item in self.staying)

    @property
    def unmeasured(self) -> int:
        return sum(item.candidate.size_bytes is None for item in self.going)


def make_plan(rule: Retention, candidates: Iterable[Candidate], now: datetime) -> Plan:
    """Items in the order newest first; ties by key, so that two plans of one state are equal."""
    ordered = sorted(candidates, key=lambda each: (each.at, each.key), reverse=True)
    kept = protections(rule, ordered)
    loose = [each for each in ordered if each.key not in kept]
    departing = departures(rule, ordered, loose, now)
    return Plan([judged(rule, each, kept, departing, now) for each in ordered])


def judged(
    rule: Retention,
    candidate: Candidate,
    kept: dict[tuple[str, Any], str],
    departing: dict[tuple[str, Any], str],
    now: datetime,
) -> Item:
    if why := kept.get(candidate.key):
        return Item(candidate, False, why)
    if why := departing.get(candidate.key):
        return Item(candidate, True, why + lacking(rule, candidate))
    return Item(candidate, False, staying(rule, candidate, now))


def protections(rule: Retention, ordered: Sequence[Candidate]) -> dict[tuple[str, Any], str]:
    """The first sentence that protects each, of those that something protects."""
    series = defaultdict(list)
    for candidate in ordered:
        if candidate.usable and not goes_by_test_age(rule, candidate):
            series[candidate.series].append(candidate)
    kept: dict[tuple[str, Any], str] = {}
    for found in (
        {each.key: each.shield for each in ordered if each.shield},
        {each.key: each.approval for each in ordered if each.approval and rule.keep_approved},
        *(newest(rule, members) for members in series.values()),
        *(best(rule, members) for members in series.values()),
    ):
        for key, words in found.items():
            kept.setdefault(key, words)
    return kept


def newest(rule: Retention, members: Sequence[Candidate]) -> dict[tuple[str, Any], str]:
    """The newest of one name; with them the one that its file `latest` names."""
    if not rule.keep_latest:
        return {}
    n, name = rule.keep_latest, members[0].series_name
    words = f"the newest of {name}" if n == 1 else f"among the newest {n} of {name}"
    named = {each.key: f"named latest of {name}" for each in members if each.named_latest}
    return {**named, **{each.key: words for each in members[:n]}}


def best(rule: Retention, members: Sequence[Candidate]) -> dict[tuple[str, Any], str]:
    """The best of one name by the rule's metric; what has no such number is never among them."""
    if not (rule.keep_best and rule.best_metric):
        return {}
    sign = -1 if rule.best_is == Retention.Best.HIGHEST else 1
    numbers = [(each.value, each) for each in members if is_number(each.value)]
    ranked = sorted(numbers, key=lambda pair: sign * (pair[0] or 0.0))[: rule.keep_best]
    name = members[0].series_name
    words = "the best" if rule.keep_best == 1 else f"among the best {rule.keep_best}"
    return {
        each.key: f"{words} of {name} by {rule.best_metric} ({value:.4g})" for value, each in ranked
    }


def is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def departures(
    rule: Retention, ordered: Sequence[Candidate], loose: Sequence[Candidate], now: datetime
) -> dict[tuple[str, Any], str]:
    """Why each that goes does: by age, else by budget; all go where the rule has neither."""
    tests = [each for each in loose if goes_by_test_age(rule, each)]
    going = old_tests(rule, tests, now)
    loose = [each for each in loose if not goes_by_test_age(rule, each)]
    if rule.older_than_days is None and rule.budget_bytes is None:
        return going | {each.key: PROTECTED_BY_NOBODY for each in loose}
    if rule.older_than_days is not None:
        words = f"older than {days(rule.older_than_days)}"
        going |= {each.key: words for each in loose if is_old(rule, each, now)}
    if rule.budget_bytes is not None:
        going |= over_budget(rule.budget_bytes, ordered, loose, set(going))
    return going


def goes_by_test_age(rule: Retention, candidate: Candidate) -> bool:
    """Whether the rule has an age for test runs, which then is all that counts for this one."""
    return candidate.is_test and rule.tests_older_than_days is not None


def old_tests(
    rule: Retention, tests: Sequence[Candidate], now: datetime
) -> dict[tuple[str, Any], str]:
    age = rule.tests_older_than_days
    if age is None:
        return {}
    limit = now - timedelta(days=age)
    return {each.key: f"a test run older than {days(age)}" for each in tests if each.at < limit}


def over_budget(
    budget: int,
    ordered: Sequence[Candidate],
    loose: Sequence[Candidate],
    gone: set[tuple[str, Any]],
) -> dict[tuple[str, Any], str]:
    """The oldest until the rest is within `budget`. What nobody has measured is not taken:
    nobody could say whether that was needed."""
    total = sum(each.size_bytes or 0 for each in ordered if each.key not in gone)
    going = {}
    for candidate in reversed(loose):
        if total <= budget:
            break
        if candidate.key in gone or candidate.size_bytes is None:
            continue
        total -= candidate.size_bytes
        going[candidate.key] = "among the oldest over the budget"
    return going


def is_old(rule: Retention, candidate: Candidate, now: datetime) -> bool:
    age = rule.older_than_days
    return age is not None and candidate.at < now - timedelta(days=age)


def staying(rule: Retention, candidate: Candidate, now: datetime) -> str:
    """Why something stays that nothing protects."""
    if goes_by_test_age(rule, candidate):
        return f"a test run younger than {days(rule.tests_older_than_days or 0)}"
    words = []
    if rule.older_than_days is not None:
        words.append(f"younger than {days(rule.older_than_days)}")
    if rule.budget_bytes is not None:
        measured = candidate.size_bytes is not None
        words.append("within the budget" if measured else "not measured yet")
    return " and ".join(words)


def lacking(rule: Retention, candidate: Candidate) -> str:
    """A rule that keeps the best says of what it removes that it could not be compared."""
    compared = rule.keep_best and rule.best_metric
    if not compared or is_number(candidate.value):
        return ""
    return f", and it has no {rule.best_metric}"


def days(n: int) -> str:
    return f"{n:,} day{'' if n == 1 else 's'}"
