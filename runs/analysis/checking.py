"""Whether every point of a batch makes a configuration that its program takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User

from runs.configuration.command import FIELD, parse_command
from runs.configuration.document import parse
from runs.configuration.overrides import check_overrides, merge
from runs.configuration.schema import validate
from runs.errors import ConfigurationInvalid, InvalidInput, Problem
from runs.lifecycle.places import require_disk_space
from runs.lifecycle.services import check_request, template_text
from runs.models import Batch, Program

from .requests import DEFAULT_LABELS, BatchRequest, Point, parameters_of, path_of, points_of

# Each point's text is read, merged and checked while somebody waits: 1 MB takes about 1.5 s.
TEXT_BYTES_MAX = 5_000_000
MOST_PROBLEMS = 200
# A file takes whole blocks of a disk, and so does its directory.
BLOCK_BYTES = 4096


@dataclass(frozen=True)
class Checked:
    """`text` is that of the request, without any override."""

    points: list[Point]
    text: str


def check_batch(owner: User, request: BatchRequest) -> Checked:
    """All of it but whether there is space. Raises InvalidInput with the field at fault, NotFound,
    ConfigurationInvalid with every problem of every point."""
    check_request(owner, replace(request.run, seed=None))
    points = points_of(request)
    run = request.run
    text = run.config_text
    if text is None or run.template:
        template = template_text(run.program, run.template)
        text = template if text is None else text
    check_overrides(run.overrides)
    if len(text.encode(errors="replace")) * len(points) > TEXT_BYTES_MAX:
        raise InvalidInput(
            f"This configuration is too long for {len(points):,} points: its length times their "
            f"number may be {TEXT_BYTES_MAX // 10**6} MB.",
            "values" if request.kind == Batch.Kind.SWEEP else "config",
        )
    check_points(request, text, points)
    return Checked(points, text)


def check_points(request: BatchRequest, text: str, points: Sequence[Point]) -> None:
    """Raises ConfigurationInvalid. What is wrong at every point is said once."""
    found = [problems_at(request, text, point) for point in points]
    if not any(found):
        return
    shared = [problem for problem in found[0] if all(problem in each for each in found[1:])]
    own = [
        labelled(problem, point)
        for point, problems in zip(points, found, strict=True)
        for problem in problems
        if problem not in shared
    ]
    error = ConfigurationInvalid([*shared, *own][:MOST_PROBLEMS])
    if shared:
        error.field = place_of_shared(request, shared[0])
    else:
        number = next(number for number, problems in enumerate(found) if problems)
        error.field = place_of_own(request, number)
    raise error


def problems_at(request: BatchRequest, text: str, point: Point) -> list[Problem]:
    program = request.run.program
    try:
        merged = merged_text(text, program, merge(request.run.overrides, point.overrides))
        return validate(parse(merged, program.config_format), program.schema)
    except ConfigurationInvalid as error:
        return error.problems
    except InvalidInput as error:
        return [Problem(error.message)]


def merged_text(text: str, program: Program, overrides: dict[str, Any]) -> str:
    """What the program will read. Raises InvalidInput."""
    return parse(text, program.config_format).with_overrides(overrides)


def labelled(problem: Problem, point: Point) -> Problem:
    return replace(problem, message=f"{point.label}: {problem.message}")


def place_of_shared(request: BatchRequest, problem: Problem) -> str:
    places = zip(("parameter", "parameter_2"), parameters_of(request), strict=False)
    return next((place for place, name in places if name == problem.path), "config")


def place_of_own(request: BatchRequest, number: int) -> str:
    """The field that makes point `number` differ from the others."""
    if request.kind == Batch.Kind.COMPARE:
        return f"{DEFAULT_LABELS[number].lower()}.overrides"
    if request.parameter_2:
        return f"values.{number // len(request.values_2)}"
    return f"values.{number}" if request.kind == Batch.Kind.SWEEP else "config"


def require_space_for(checked: Checked, num_iterations: int) -> None:
    """Raises DiskSpaceInsufficient where the configurations alone would not fit."""
    blocks = 2 * (len(checked.text.encode()) // BLOCK_BYTES + 1) + 1
    require_disk_space(blocks * BLOCK_BYTES * len(checked.points) * num_iterations)


def takes_seed(program: Program) -> bool:
    """Whether its command has a place for the seed, so that iterations differ by it."""
    return any("seed" in FIELD.findall(word) for word in parse_command(program.command).words)


def warnings_of(request: BatchRequest) -> list[str]:
    """What is allowed and yet hardly meant, a sentence each. Of a request that is valid."""
    program = request.run.program
    said = []
    if not takes_seed(program):
        said.append(
            f"The command of {program.slug} has no {{seed}}: its runs differ only by what chance "
            "they have of their own, and those of equal number share nothing."
        )
    return said + [
        f"{name} is not in the configuration: each run has it added."
        for name in parameters_of(request)
        if not is_there(request, name)
    ]


def is_there(request: BatchRequest, parameter: str) -> bool:
    run = request.run
    text = template_text(run.program, run.template) if run.config_text is None else run.config_text
    document = parse(text, run.program.config_format)
    found: Any = merge(document.values, run.overrides)
    for key in path_of(parameter, "parameter", run.program.config_format):
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
