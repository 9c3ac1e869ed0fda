"""What the form of a batch will make: its request, and what can be told of it beforehand."""

from dataclasses import dataclass, field, replace
from typing import Any

from runs.analysis.checking import check_batch, warnings_of
from runs.analysis.requests import BatchRequest, Point, points_of
from runs.configuration.diff import DiffLine, diff_text
from runs.configuration.document import parse
from runs.configuration.fields import fields
from runs.configuration.schema import typed_values
from runs.creation.estimate import seconds_like
from runs.errors import FusionwebError, InvalidInput
from runs.lifecycle.selectors import queue_state
from runs.lifecycle.services import RunRequest
from runs.models import Batch, Program, Project
from runs.web.forms.configuration import DIFF_LINES_MAX, ConfigurationForm
from runs.web.forms.new_batch import NewBatchForm
from runs.web.pad import Pad

NUMERIC = ("integer", "number")
# Beyond it, not every point is checked while somebody types: only the ends of each list.
LIVE_POINTS = 12


@dataclass
class Preview:
    """`size` says in words how many runs; `hunks` how B differs from A."""

    size: str = ""
    runs: int = 0
    points: list[Point] = field(default_factory=list)
    seconds: float | None = None
    slots: int = 0
    warnings: list[str] = field(default_factory=list)
    hunks: list[list[DiffLine]] = field(default_factory=list)
    is_same: bool = False
    keys: list[tuple[str, str]] = field(default_factory=list)
    numeric_keys: list[tuple[str, str]] = field(default_factory=list)


def request_of(pad: Pad, form: NewBatchForm, configuration: ConfigurationForm) -> BatchRequest:
    """Of a form without faults."""
    assert pad.program is not None
    values = form.cleaned_data
    run = RunRequest(
        program=pad.program,
        project=Project(slug=values["project"]),
        group=values["group"],
        name=values["name"],
        template=pad.template,
        config_text=configuration.text,
        priority=values["priority"],
        resources=pad.origin.resources if pad.origin else {},
        tags=values["tags"],
        notes=values["notes"],
    )
    return BatchRequest(
        kind=values["kind"],
        run=run,
        num_iterations=values["num_iterations"],
        base_seed=values["base_seed"] or 0,
        points=form.arms(),
        parameter=values["parameter"].strip(),
        values=values["values"],
        parameter_2=values["parameter_2"].strip(),
        values_2=values["values_2"],
        metrics=values["metrics"],
        max_running=values["max_running"],
    )


def preview_of(pad: Pad, form: NewBatchForm, configuration: ConfigurationForm | None) -> Preview:
    """Puts into the form, and the configuration, what is found wrong with them together."""
    preview = Preview()
    if pad.program is None or configuration is None:
        return preview
    name_keys(preview, pad.program)
    if not form.is_bound or form.errors or configuration.problems:
        return preview
    request = request_of(pad, form, configuration)
    try:
        preview.points = points_of(request)
        check_batch(pad.request.user, thinned(request))  # type: ignore[arg-type]
        preview.warnings = warnings_of(request)
    except InvalidInput as error:
        form.show_problem(error, configuration)
        return preview
    except FusionwebError as error:
        form.show_fault(None, error.message)
        return preview
    tell_size(preview, request)
    tell_time(preview, request, configuration)
    if request.kind == Batch.Kind.COMPARE:
        tell_difference(preview, request)
    return preview


def thinned(request: BatchRequest) -> BatchRequest:
    """A long sweep with the ends of its lists alone; all of it is checked when it is launched."""
    if len(request.values) * max(1, len(request.values_2)) <= LIVE_POINTS:
        return request
    ends = (ends_of(request.values), ends_of(request.values_2))
    return replace(request, values=ends[0], values_2=ends[1])


def ends_of(values: Any) -> list[Any]:
    return list(dict.fromkeys([min(values), max(values)])) if len(values) else []


def name_keys(preview: Preview, program: Program) -> None:
    """What the schema declares, to choose from."""
    known = [each for section in fields(program.schema, {}) for each in section.fields]
    preview.keys = [(each.path, each.label) for each in known]
    preview.numeric_keys = [(each.path, each.label) for each in known if each.kind in NUMERIC]


def tell_size(preview: Preview, request: BatchRequest) -> None:
    """`5 values × 10 runs = 50 runs`"""
    n = request.num_iterations
    preview.runs = len(preview.points) * n
    runs = words(preview.runs, "run")
    if request.kind == Batch.Kind.REPEAT:
        preview.size = runs
    elif request.kind == Batch.Kind.COMPARE:
        preview.size = f"2 sides × {words(n, 'run')} = {runs}"
    elif request.parameter_2:
        first, second = len(request.values), len(request.values_2)
        preview.size = f"{first} × {second} pairs × {words(n, 'run')} = {runs}"
    else:
        preview.size = f"{words(len(request.values), 'value')} × {words(n, 'run')} = {runs}"


def words(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def tell_time(preview: Preview, request: BatchRequest, configuration: ConfigurationForm) -> None:
    """On all slots, as if nothing else were running; nothing where no past run tells."""
    assert configuration.document is not None
    run = request.run
    document = parse(configuration.text, run.program.config_format)
    each = seconds_like(run.program, run.template, typed_values(document, run.program.schema))
    slots = queue_state().slots
    preview.slots = min(slots, request.max_running or slots, preview.runs)
    if each is not None and preview.slots:
        preview.seconds = each * -(-preview.runs // preview.slots)


def tell_difference(preview: Preview, request: BatchRequest) -> None:
    """Both as their runs will read them."""
    format = request.run.program.config_format
    document = parse(request.run.config_text or "", format)
    a, b = (document.with_overrides(point.overrides) for point in preview.points)
    preview.is_same = a == b
    if max(a.count("\n"), b.count("\n")) <= DIFF_LINES_MAX:
        preview.hunks = diff_text(a, b)
