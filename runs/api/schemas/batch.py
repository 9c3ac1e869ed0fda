"""Batches as a script asks for them and sees them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StrictInt,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from runs.analysis.requests import (
    LABEL_MAX,
    MOST_ITERATIONS,
    MOST_METRICS,
    MOST_RUNNING,
    MOST_VALUES,
    NAME_MAX,
)
from runs.analysis.result import BatchResult, IterationProblem, MetricSummary, PointValues
from runs.api.filtering import Word
from runs.api.paging import Paging
from runs.contract.status import Status
from runs.models import Batch

from .base import Body
from .run import Configuration, Name, OwnedQuery, RunFields, Seed


def a_number(value: Any) -> int | float:
    """As JSON has it, whole or not; what is true or false is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "Expected a number.")
    return value


Number = Annotated[Any, AfterValidator(a_number), WithJsonSchema({"type": "number"})]
Values = Annotated[list[Number], Field(max_length=MOST_VALUES)]
MetricName = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Parameter = Annotated[str, Field(max_length=NAME_MAX)]


class BatchFields(RunFields):
    """What all kinds are asked for with; iteration i, from 0, has the seed base_seed + i."""

    program: Name
    project: Name = Field(description="Made where there is none of that name.")
    base_seed: Seed = 0
    metrics: Annotated[list[MetricName], Field(max_length=MOST_METRICS)] = Field(
        [], description="To look at; whatever the program declares or is found, without any."
    )
    max_running: Annotated[StrictInt, Field(ge=1, le=MOST_RUNNING)] | None = Field(
        None, description="At most so many of its runs at a time; as many as are free, without."
    )


class RepeatIn(BatchFields):
    """One configuration, again and again."""

    kind: Literal["repeat"]
    num_iterations: Annotated[StrictInt, Field(ge=1, le=MOST_ITERATIONS[Batch.Kind.REPEAT])]


class SideIn(Body):
    """One side of a comparison."""

    label: Annotated[str, Field(max_length=LABEL_MAX)] = ""
    overrides: dict[str, Any] = Field(default_factory=dict, description="Beside those of both.")


class CompareIn(BatchFields):
    """Two sides, A and B, on the same seeds."""

    kind: Literal["compare"]
    a: SideIn
    b: SideIn
    num_iterations: Annotated[StrictInt, Field(ge=1, le=MOST_ITERATIONS[Batch.Kind.COMPARE])]


class SweepIn(BatchFields):
    """One parameter over values, or a grid of two."""

    kind: Literal["sweep"]
    parameter: Parameter = Field(description="section.key")
    values: Annotated[Values, Field(min_length=1)]
    parameter_2: Parameter = Field("", description="The other axis of a grid.")
    values_2: Values = Field([], description="The number of pairs has to be below 1,000.")
    num_iterations: Annotated[StrictInt, Field(ge=1, le=MOST_ITERATIONS[Batch.Kind.SWEEP])]


Asked = RepeatIn | CompareIn | SweepIn
KINDS: dict[str, type[Asked]] = {"repeat": RepeatIn, "compare": CompareIn, "sweep": SweepIn}
ANY_KIND: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="kind")])


class BatchIn(RootModel[dict[str, Any]]):
    """Documented as one of the kinds, and read as the one it says: a fault is named after its
    field, not after a member of a union."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(ANY_KIND.core_schema)


class BatchQuery(OwnedQuery):
    """All batches that whoever asks may see, narrowed."""

    kind: Annotated[str, Field(max_length=20)] = ""


class Counts(Schema):
    """Iterations by what their runs are. `gone`: the run was deleted; `unmade`: none yet."""

    total: int
    waiting: int
    running: int
    completed: int
    failed: int
    cancelled: int
    lost: int
    preempted: int
    gone: int
    unmade: int


class BatchProgress(Schema):
    """`fraction` of the iterations that have ended; `eta_seconds` null where it is not known."""

    fraction: float
    eta_seconds: float | None


class BatchItem(Schema):
    """A batch in a list. `partial`: its result lacks iterations; null while there is none."""

    id: str
    # not the enumeration: the document tells two of one name apart by nothing
    kind: Literal["repeat", "compare", "sweep"]
    name: str
    project: str
    group: str
    program: str
    owner: str
    status: Status
    reason: str
    num_iterations: int = Field(description="At each point.")
    counts: Counts
    progress: BatchProgress
    partial: bool | None
    priority: int
    max_running: int | None
    tags: list[str]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class PointOut(Schema):
    """`values` are those of the batch's `parameters`; a comparison has the points A and B."""

    label: str
    overrides: dict[str, Any]
    values: list[float]


class Addresses(Schema):
    """Where more of it is."""

    page: str
    runs: str
    values: str
    result: str
    socket: str


class BatchOut(BatchItem):
    """All of a batch but its raw values.

    `failures` are the first 200 of the iterations that failed, were lost or preempted.
    `measured` are the metrics of the result as far as they are short together; `left_off` names
    the others: ask for them by `?metric=`, or for the whole `result`.
    """

    template: str
    configuration: Configuration
    overrides: dict[str, Any]
    points: list[PointOut]
    parameters: list[str]
    metrics: list[str]
    base_seed: int
    resources: dict[str, Any]
    notes: str
    cancel_requested_at: datetime | None
    result: BatchResult | None
    measured: list[MetricSummary]
    left_off: list[str]
    failures: list[IterationProblem]
    addresses: Addresses


class BatchMade(BatchOut):
    """`warnings` are sentences about what is allowed and yet hardly meant, such as repeats of a
    program that is given no seed."""

    warnings: list[str]


class MetricsAsked(Schema):
    metric: list[Annotated[Word, Field(max_length=NAME_MAX)]] = Field(
        [], description="One or several; all of them without."
    )


class ValuesAsked(MetricsAsked):
    format: Literal["json", "csv"] = "json"


class ValueRowOut(Schema):
    """An iteration at a load `x`, null where there are none. A value is null where it was no
    finite number, and missing where there is none."""

    point: int
    label: str
    values: dict[str, float | None]
    number: int
    seed: int
    run_id: str | None
    status: str
    x: float | None
    metrics: dict[str, float | None]
    problem: str


class ValuesOut(Schema):
    batch: str
    parameters: list[str]
    metrics: list[str]
    rows: list[ValueRowOut]


class MetricOut(Schema):
    summary: MetricSummary
    values: list[PointValues]


class WholeResult(Schema):
    """`batch` is what was asked for; `result` null while nothing is known."""

    batch: dict[str, Any]
    result: BatchResult | None
    measured: list[MetricOut]


class IterationQuery(Paging):
    status: Annotated[str, Field(max_length=100)] = Field(
        "", description="Of its run, with commas between; gone where that was deleted."
    )
    point: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class IterationOut(Schema):
    """`metrics` is {name: [[x, value], …]}, null before it was read."""

    point: int
    label: str
    number: int
    seed: int
    run_id: str | None
    status: str
    reason: str
    metrics: dict[str, list[tuple[float | None, float | None]]] | None
    problem: str
