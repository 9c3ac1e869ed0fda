"""Where a program takes its seed from."""

from collections.abc import Iterator
from typing import Any

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.places import Path
from runs.models import Program

SEED = "seed"


def takes_seed(program: Program) -> bool:
    """By its command; it then goes before what the configuration says."""
    return "{seed}" in program.command


def seed_keys(program: Program) -> list[Path]:
    """Where its configuration has a key of that name."""
    return list(_seed_keys(program.schema, program.schema, ()))


def _seed_keys(part: dict[str, Any], schema: dict[str, Any], path: Path) -> Iterator[Path]:
    for name, inner in properties_of(part).items():
        inner = resolved(inner, schema)
        if properties_of(inner):
            yield from _seed_keys(inner, schema, (*path, name))
        elif name == SEED:
            yield (*path, name)


def is_stochastic(program: Program) -> bool:
    return takes_seed(program) or bool(seed_keys(program))
