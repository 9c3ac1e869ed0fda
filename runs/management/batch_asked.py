"""Many runs at once, as somebody types them: --repeat, --compare, --sweep."""

import argparse
import re
import sys
from typing import Any

from runs.analysis.checking import warnings_of
from runs.analysis.requests import DEFAULT_LABELS, Arm, BatchRequest, read_values
from runs.analysis.services import create_batch_in_project
from runs.configuration.overrides import merge, parse_override
from runs.errors import InvalidInput
from runs.lifecycle.services import RunRequest
from runs.models import Batch

from .asked import Faults, run_asked

KINDS = ("repeat", "compare", "sweep")
# A comma inside of a value, such as in [1, 2], begins no other override.
NEXT_OVERRIDE = re.compile(r"[,;]\s*(?=[\w-]+(?:\.[\w-]+)+\s*=)")
MOST_AXES = 2


def add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    batch = parser.add_argument_group("many runs at once")
    batch.add_argument(
        "--repeat", type=int, metavar="N", help="one configuration N times, each with its own seed"
    )
    batch.add_argument(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        help="two configurations on the same seeds, as 'LABEL: section.key=value, …'",
    )
    batch.add_argument(
        "--sweep",
        action="append",
        metavar="SECTION.KEY=1,2,3",
        help="a run for each value; twice: for each pair",
    )
    batch.add_argument(
        "--iterations", type=int, metavar="N", help="with --compare or --sweep: of each point"
    )
    batch.add_argument("--base-seed", type=int, metavar="S", help="the first seed (default: 0)")
    batch.add_argument(
        "--max-running", type=int, metavar="N", help="at most so many of it at a time"
    )
    batch.add_argument(
        "--metrics", action="append", metavar="NAME,NAME", help="only these (default: all found)"
    )


def is_batch(options: dict[str, Any]) -> bool:
    """Whether anything was said that only a batch knows."""
    names = (*KINDS, "iterations", "base_seed", "max_running", "metrics")
    return any(options[name] is not None for name in names)


def launch_batch(options: dict[str, Any]) -> Batch:
    """Exits with 2 where a thing is wrong; warnings go to standard error."""
    faults = Faults()
    owner, run = run_asked(options, faults)
    request = faults.catch(batch_asked, options, run)
    faults.end_if_any()
    batch: Batch = faults.catch(lambda: create_batch_in_project(owner=owner, request=request))
    faults.end_if_any()
    for warning in warnings_of(request):
        print(f"Warning: {warning}", file=sys.stderr)
    return batch


def batch_asked(options: dict[str, Any], run: RunRequest) -> BatchRequest:
    """Raises InvalidInput."""
    kinds = [kind for kind in KINDS if options[kind] is not None]
    if len(kinds) != 1:
        raise InvalidInput("Say one of --repeat, --compare and --sweep.")
    if options["seed"] is not None:
        raise InvalidInput("Each run of a batch has a seed of its own: say --base-seed.")
    kind = kinds[0]
    metrics = [name.strip() for text in options["metrics"] or [] for name in text.split(",")]
    return BatchRequest(
        kind=kind,
        run=run,
        num_iterations=iterations_asked(kind, options),
        base_seed=options["base_seed"] or 0,
        points=arms_asked(options["compare"] or []),
        metrics=metrics,
        max_running=options["max_running"],
        **axes_asked(options["sweep"] or []),
    )


def iterations_asked(kind: str, options: dict[str, Any]) -> int:
    given: int | None = options["iterations"]
    if kind == Batch.Kind.REPEAT:
        if given is not None:
            raise InvalidInput("--repeat says itself how many runs there are: no --iterations.")
        repeats: int = options["repeat"]
        return repeats
    if given is None and kind == Batch.Kind.COMPARE:
        raise InvalidInput("Say --iterations: how many runs A and B have each, such as 20.")
    return 1 if given is None else given


def arms_asked(texts: list[str]) -> list[Arm]:
    return [read_arm(text, name) for text, name in zip(texts, DEFAULT_LABELS, strict=False)]


def read_arm(text: str, name: str) -> Arm:
    """`LABEL: section.key=value, section.key=value`; label and overrides may be left out."""
    before, colon, after = text.partition(":")
    label, rest = (before, after) if colon and "=" not in before else ("", text)
    overrides: dict[str, Any] = {}
    for item in NEXT_OVERRIDE.split(rest.strip()) if rest.strip() else []:
        overrides = merge(overrides, parse_override(item))
    return Arm(label.strip() or name, overrides)


def axes_asked(texts: list[str]) -> dict[str, Any]:
    """The fields of a BatchRequest for one or two parameters."""
    if len(texts) > MOST_AXES:
        raise InvalidInput("A sweep has one parameter or two: say --sweep at most twice.")
    axes: dict[str, Any] = {}
    for text, end in zip(texts, ("", "_2"), strict=False):
        parameter, equals, values = text.partition("=")
        if not equals:
            raise InvalidInput(f"expected section.key=1,2,3, got '{text}'")
        axes[f"parameter{end}"] = parameter.strip()
        axes[f"values{end}"] = read_values(values, f"values{end}")
    return axes
