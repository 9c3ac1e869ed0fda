"""The shapes in which a batch's statistics are kept, as JSON in its rows.

A *point* is one of the batch's `points`, by its index; `x` is a load point inside each run, in the
metric's `x_name` (Erlang), and None where the runs have one value a metric.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class Interval(BaseModel):
    """A 95 % confidence interval and how it was found: see `statistics.intervals`."""

    lower: float
    upper: float
    method: Literal["t", "bootstrap", "fieller"]


class Summary(BaseModel):
    """`n` finite values, at least one. `sd` is the sample's (n - 1), None of a single value.

    `interval` is that of the mean, None where it cannot be told.
    """

    n: int
    mean: float
    median: float
    sd: float | None
    p5: float
    p95: float
    minimum: float
    maximum: float
    interval: Interval | None
    warnings: list[str] = []


class Cell(BaseModel):
    """One metric at one point and one load. `summary` is None while nothing was measured.

    `missing` counts the completed iterations that do not have the metric there, `not_finite`
    those that wrote NaN or infinity.
    """

    point: int
    x: float | None
    summary: Summary | None
    missing: int = 0
    not_finite: int = 0


class Comparison(BaseModel):
    """B (point 1) against A (point 0) in one metric at one load.

    `difference` is the mean of B - A over pairs, or the difference of the means where unpaired,
    with its interval; `relative` the same as a share of the size of A's mean, None where that is 0.
    Unpaired as soon as one iteration lacks its value on one side: `n_pairs` are then those that
    are whole, and `wilcoxon_p` is None. `p` is that of the main test, two-sided: Wilcoxon's
    signed ranks over pairs, else Mann-Whitney's U, None where all values are equal; `p_adjusted`
    after Holm over all comparisons of the batch, for metrics that were asked for over those of
    them alone. `effect_size` is the rank-biserial correlation, -1 to 1, positive where B is
    larger.
    """

    x: float | None
    paired: bool
    n_pairs: int
    n_a: int
    n_b: int
    difference: float | None = None
    difference_interval: Interval | None = None
    relative: float | None = None
    relative_interval: Interval | None = None
    wilcoxon_p: float | None = None
    mann_whitney_p: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    effect_size: float | None = None
    sentence: str = ""
    warnings: list[str] = []


class MetricSummary(BaseModel):
    """All about one metric but its raw values.

    `label`, `unit` and `scale` are the program's where it declares the metric; `xs` are its
    loads in rising order, `[None]` where it has none.
    """

    name: str
    label: str
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    x_name: str | None = None
    xs: list[float | None]
    cells: list[Cell]
    comparisons: list[Comparison] = []
    warnings: list[str] = []


class PointValues(BaseModel):
    """The raw values of one metric at one point and load, [iteration number, value] by rising
    number; a value is None where it was no finite number."""

    point: int
    x: float | None
    values: list[tuple[int, float | None]]


class IterationProblem(BaseModel):
    """An iteration that failed, or lacks something; `run_id` is None once its run was deleted."""

    point: int
    number: int
    seed: int
    run_id: str | None
    status: str
    message: str


class BatchResult(BaseModel):
    """`partial` while runs are under way, or where not all have completed.

    `headlines` are the sentences to read first, `problems` the first 200 of `problem_total`;
    `seconds` is what the analysis took.
    """

    partial: bool
    analysed_at: datetime
    total: int
    ended: int
    completed: int
    metrics: list[str]
    headlines: list[str] = []
    warnings: list[str] = []
    problems: list[IterationProblem] = []
    problem_total: int = 0
    seconds: float = 0.0
