"""The executors, by the name that programs and settings give them."""

from functools import cache

from runs.errors import InvalidInput

from .base import Executor
from .local import LocalExecutor

EXECUTORS: dict[str, type[Executor]] = {"local": LocalExecutor}


@cache
def executor_named(name: str) -> Executor:
    """The one executor of that name in this process. Raises InvalidInput for an unknown name."""
    if name not in EXECUTORS:
        known = ", ".join(sorted(EXECUTORS))
        raise InvalidInput(f"there is no executor {name!r}, only: {known}", field="executor")
    return EXECUTORS[name]()
