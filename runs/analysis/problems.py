"""What went wrong or is missing: by iteration, by metric, and for the batch as a whole."""

from collections.abc import Iterable, Sequence

from .gathering import Gathered, Table
from .plan import GONE, Measured, Plan
from .result import IterationProblem
from .statistics.figures import number as shown

MOST_PROBLEMS = 200
MOST_NAMED = 10
LONGEST_MESSAGE = 500


def problems_of(
    measured: Sequence[Measured], gathered: Gathered, x_name: str
) -> list[IterationProblem]:
    """Those that ended without completing first, then those that completed and lack something."""
    unmeasured, lacking = [], []
    holes = holes_of(gathered, x_name)
    for item in sorted(measured, key=lambda item: (item.point, item.number)):
        if item.has_ended and not item.has_completed:
            unmeasured.append(problem_of(item, [item.problem or words_of_status(item)]))
        elif item.counts:
            nothing = [] if item.metrics else ["it has measured nothing"]
            said = [item.problem] if item.problem else []
            said += nothing or holes.get((item.point, item.number), [])
            if said:
                lacking.append(problem_of(item, said))
    return unmeasured + lacking


def problem_of(item: Measured, said: Sequence[str]) -> IterationProblem:
    message = "; ".join(said)
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[: LONGEST_MESSAGE - 1]}…"
    return IterationProblem(
        point=item.point,
        number=item.number,
        seed=item.seed,
        run_id=item.run_id,
        status=item.status,
        message=message,
    )


def words_of_status(item: Measured) -> str:
    return "its run was deleted before it was read" if item.status == GONE else item.status


def holes_of(gathered: Gathered, x_name: str) -> dict[tuple[int, int], list[str]]:
    """By (point, number): what a completed iteration lacks of what others have at its point, and
    what it wrote that is no finite number."""
    holes: dict[tuple[int, int], list[str]] = {}
    for name, table in gathered.tables.items():
        for words, places in (
            (f"no {name}", missing_places(table, gathered)),
            (f"{name} is no finite number", places_not_finite(table)),
        ):
            for key, xs in by_iteration(places).items():
                holes.setdefault(key, []).append(words + at_loads(xs, x_name))
    return holes


def missing_places(table: Table, gathered: Gathered) -> Iterable[tuple[int, int, float | None]]:
    for (point, x), values in table.values.items():
        numbers = gathered.numbers[point]
        if len(values) < len(numbers):
            for number in numbers - {number for number, _ in values}:
                yield point, number, x


def places_not_finite(table: Table) -> Iterable[tuple[int, int, float | None]]:
    for (point, x), values in table.values.items():
        for number, value in values:
            if value is None:
                yield point, number, x


def by_iteration(
    places: Iterable[tuple[int, int, float | None]],
) -> dict[tuple[int, int], list[float | None]]:
    found: dict[tuple[int, int], list[float | None]] = {}
    for point, number, x in places:
        found.setdefault((point, number), []).append(x)
    return found


def at_loads(xs: Sequence[float | None], x_name: str) -> str:
    """` at 100, 200 Erlang`; empty where there are no loads."""
    loads = sorted(x for x in xs if x is not None)
    if not loads:
        return ""
    return f" at {some([shown(x, 6) for x in loads])} {x_name}"


def some(words: Sequence[str]) -> str:
    """The first ten, and how many more."""
    rest = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def warnings_of_iterations(measured: Sequence[Measured], plan: Plan) -> list[str]:
    """`17 of 20 ended iterations completed; not number 3 (failed), …`: which they are."""
    ended = [item for item in measured if item.has_ended]
    failed = [item for item in ended if not item.has_completed]
    if not failed:
        return []
    names = [f"{named(item, plan)} ({item.status})" for item in failed]
    told = f"{len(ended) - len(failed)} of {len(ended)} ended iterations completed"
    return [f"{told}; not number {some(names)}"]


def named(item: Measured, plan: Plan) -> str:
    name = plan.name_of(item.point)
    return f"{item.number} of {name}" if name else str(item.number)


def warnings_of_metrics(gathered: Gathered, plan: Plan) -> list[str]:
    """Metrics that were to be there and that no run has measured."""
    if not gathered.numbers:
        return []
    if not gathered.tables:
        return ["no run has measured anything"]
    declared = [str(metric["name"]) for metric in plan.declared]
    lists = (
        ("asked for", list(plan.metrics)),
        ("declared by the program", [name for name in declared if name not in plan.metrics]),
    )
    missing = (
        (why, [name for name in names if name not in gathered.tables]) for why, names in lists
    )
    return [f"{why}, but measured by no run: {some(names)}" for why, names in missing if names]
