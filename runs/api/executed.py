"""Operations on what has a directory, written once and served for runs and for jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from runs.api.authentication import needs
from runs.api.filtering import Word
from runs.api.routers.loading import load_job, load_run
from runs.api.schemas.job import JobKey, RootAsked
from runs.errors import ArtifactNotFound
from runs.executed import Executed
from runs.models.token import Scope

Operation = Callable[..., Any]


class RunKey(Schema):
    run_id: Word


def run_of(request: HttpRequest, key: RunKey) -> Executed:
    return load_run(request, key.run_id)


def job_of(request: HttpRequest, key: JobKey, chosen: RootAsked) -> Executed:
    return load_job(request, **key.model_dump(), root_id=chosen.root)


@dataclass(frozen=True)
class Noun:
    """`parts` are what `load` takes beside the request, by name and as ninja reads them."""

    word: str
    load: Callable[..., Executed]
    parts: dict[str, Any]


RUN = Noun("run", run_of, {"key": Path[RunKey]})
JOB = Noun("job", job_of, {"key": Path[JobKey], "chosen": Query[RootAsked]})
RUN_PREFIX = "/runs/{run_id}"
JOB_PREFIX = "/jobs/{project}/{group}/{name}/{run_id}"


class ExecutedRouter:
    """A router for each noun; an operation gets the run or job in place of its key."""

    def __init__(self) -> None:
        self.of_runs = Router(tags=["runs"], auth=needs(Scope.READ))
        self.of_jobs = Router(tags=["jobs"], auth=needs(Scope.READ))

    def get(self, path: str, **options: Any) -> Callable[[Operation], Operation]:
        def add(view: Operation) -> Operation:
            for noun, router in ((RUN, self.of_runs), (JOB, self.of_jobs)):
                name = f"{noun.word}_{view.__name__}"
                router.get(path, operation_id=name, **options)(operation_of(noun, view))
            return view

        return add

    @property
    def mounted(self) -> list[tuple[str, Router]]:
        """By the start of their addresses, as the application wants them."""
        return [(RUN_PREFIX, self.of_runs), (JOB_PREFIX, self.of_jobs)]


def operation_of(noun: Noun, view: Operation) -> Operation:
    """The view with the parameters that name the thing in place of the thing itself."""

    @wraps(view)
    def operation(request: HttpRequest, **values: Any) -> Any:
        parts = {name: values.pop(name) for name in noun.parts}
        executed = noun.load(request, **parts)
        try:
            return view(request, executed, **values)
        except FileNotFoundError as error:
            raise ArtifactNotFound("The file vanished while it was read.") from error

    first, _, *others = signature(view).parameters.values()
    named = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
        for name, kind in noun.parts.items()
    ]
    kept = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in others]
    shown = signature(view).replace(parameters=[first, *named, *kept])
    operation.__signature__ = shown  # type: ignore[attr-defined]
    return operation
