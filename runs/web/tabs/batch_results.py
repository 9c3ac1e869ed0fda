"""What the analysis found: headlines, problems, and the statistics as tables.

All is read as it was stored; nothing is computed here. Of the raw values only those of the one
metric that is shown are read, and only until its pictures are drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from runs.analysis.result import BatchResult, Cell, Comparison, MetricSummary, PointValues
from runs.analysis.selectors import named_metric
from runs.models import Batch, BatchMetric
from runs.web.batch_words import axes_of, is_grid, short
from runs.web.pictures import load_asked, pictures_of
from runs.web.templatetags.show import count

# The rest unfolds.
PROBLEMS_SHOWN = 10
SHARED_VIEW = {"tab", "metric", "x", "log"}
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is of, and one cell a point, or what compares them."""

    label: str
    unit: str = ""
    cells: Sequence[Cell | None] = ()
    comparison: Comparison | None = None
    address: str = ""
    shared: frozenset[str] = frozenset()

    @property
    def remarks(self) -> list[str]:
        """What is to be known of its one cell, but for what all rows share."""
        return [words for words in remarks_of(self.cell) if words not in self.shared]

    @property
    def cell(self) -> Cell | None:
        return self.cells[0] if self.cells else None


@dataclass(frozen=True)
class Table:
    """`head` names what the rows are; `columns` are the second parameter's values of a grid;
    `notes` are true of every row."""

    title: str
    head: str
    lines: Sequence[Line]
    columns: Sequence[float] = ()
    notes: Sequence[str] = ()

    @property
    def has_remarks(self) -> bool:
        return any(line.remarks for line in self.lines)


def remarks_of(cell: Cell | None) -> list[str]:
    if cell is None:
        return []
    said = []
    if cell.missing:
        said.append(f"{count(cell.missing, 'run')} without it")
    if cell.not_finite:
        said.append(f"{cell.not_finite:,} not finite (NaN or infinite)")
    return [*said, *(cell.summary.warnings if cell.summary else [])]


def of_lines(title: str, head: str, lines: Sequence[Line]) -> Table:
    """What every one of several rows would say is said once, beneath them."""
    told = [remarks_of(line.cell) for line in lines]
    shared = frozenset(told[0]).intersection(*told) if len(told) > 1 else frozenset()
    notes = [words for words in told[0] if words in shared] if shared else []
    return Table(title, head, [replace(line, shared=shared) for line in lines], notes=notes)


def context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """`metric` and `x` of the address choose; what there is not is passed over."""
    if batch.result is None:
        return {"result": None}
    result = BatchResult.model_validate(batch.result)
    found = {
        "result": result,
        "problems": result.problems[:PROBLEMS_SHOWN],
        "more_problems": result.problems[PROBLEMS_SHOWN:],
    }
    chosen = named_metric(batch, request.GET.get("metric", "")) or named_metric(batch, "")
    return {**found, **figures(request, batch, chosen)} if chosen else found


def figures(request: HttpRequest, batch: Batch, chosen: BatchMetric) -> dict[str, Any]:
    summary = MetricSummary.model_validate(chosen.summary)
    x = load_asked(summary, request.GET.get("x", ""))
    labels = labels_of(batch)
    names = list(batch.measured.order_by("position").values_list("name", flat=True))
    return {
        "summary": summary,
        "metrics": [(name, labels.get(name, name)) for name in names],
        "x": x,
        "x_words": x_words(summary),
        "x_chosen": "x" in request.GET,
        "pictures": kept_pictures(request, batch, chosen, summary),
        "tables": tables_of(batch, chosen, summary, x),
    }


def kept_pictures(
    request: HttpRequest, batch: Batch, chosen: BatchMetric, summary: MetricSummary
) -> SafeString:
    """Drawn once an analysis: of a thousand values that takes as long as all the rest.

    What is zoomed into is somebody's own, and would only crowd out what others look at.
    """
    if not SHARED_VIEW.issuperset(request.GET):
        return pictures_html(request, batch, chosen, summary)
    asked = sha256(f"{chosen.name} {request.GET.urlencode()}".encode()).hexdigest()
    key = f"pictures-{batch.pk}-{batch.analysed_revision}-{asked}"
    html: SafeString | None = cache.get(key)
    if html is None:
        html = pictures_html(request, batch, chosen, summary)
        cache.set(key, html, KEPT_SECONDS)
    return html


def pictures_html(
    request: HttpRequest, batch: Batch, chosen: BatchMetric, summary: MetricSummary
) -> SafeString:
    values = [PointValues.model_validate(each) for each in chosen.values]
    pictures = pictures_of(batch, summary, values, request.GET)
    return render_to_string("batch/_pictures.html", {"pictures": pictures}, request)


def labels_of(batch: Batch) -> dict[str, str]:
    """As the program names its metrics."""
    return {each["name"]: each.get("label") or each["name"] for each in batch.program.metrics}


def tables_of(
    batch: Batch, chosen: BatchMetric, summary: MetricSummary, x: float | None
) -> list[Table]:
    """First the points, or for a repeat and a comparison all metrics, at that load; then the
    chosen metric at every load."""
    if batch.kind == Batch.Kind.SWEEP:
        return [grid(batch, summary, x) if is_grid(batch) else sweep(batch, summary, x)]
    tables = [all_metrics(batch, chosen, summary, x)]
    return [*tables, by_load(summary)] if len(summary.xs) > 1 else tables


def all_metrics(
    batch: Batch, chosen: BatchMetric, summary: MetricSummary, x: float | None
) -> Table:
    others = batch.measured.exclude(pk=chosen.pk).values_list("position", "summary")
    summaries = {number: MetricSummary.model_validate(other) for number, other in others}
    summaries[chosen.position] = summary
    lines = [
        line_of(each, x if x in each.xs else each.xs[-1], label=each.label, metric=each.name)
        for _, each in sorted(summaries.items())
    ]
    return of_lines(f"All metrics{at_words(summary, x)}", "metric", lines)


def by_load(summary: MetricSummary) -> Table:
    lines = [line_of(summary, x, label="" if x is None else f"{x:,g}") for x in summary.xs]
    return of_lines(f"{summary.label} at every {x_words(summary)}", x_words(summary), lines)


def sweep(batch: Batch, summary: MetricSummary, x: float | None) -> Table:
    cells = cells_at(summary, x)
    lines = [
        Line(f"{point['values'][0]:,g}", summary.unit, [cells.get(index)])
        for index, point in enumerate(batch.points)
    ]
    title = f"{summary.label} against {batch.parameters[0]}{at_words(summary, x)}"
    return of_lines(title, short(batch.parameters[0]), lines)


def grid(batch: Batch, summary: MetricSummary, x: float | None) -> Table:
    """A row for each value of the first parameter, a column for each of the second."""
    cells = cells_at(summary, x)
    at = {tuple(point["values"]): cells.get(n) for n, point in enumerate(batch.points)}
    rows, columns = axes_of(batch)
    lines = [Line(f"{row:,g}", "", [at.get((row, column)) for column in columns]) for row in rows]
    first, second = (short(name) for name in batch.parameters)
    title = f"Mean {summary.label}{at_words(summary, x)}"
    return Table(title, f"{first} ↓ {second} →", lines, columns)


def line_of(summary: MetricSummary, x: float | None, *, label: str, metric: str = "") -> Line:
    cells = cells_at(summary, x)
    compared = next((each for each in summary.comparisons if each.x == x), None)
    ordered = [cells[point] for point in sorted(cells)]
    return Line(label, summary.unit, ordered, compared, metric)


def cells_at(summary: MetricSummary, x: float | None) -> dict[int, Cell]:
    return {cell.point: cell for cell in summary.cells if cell.x == x}


def x_words(summary: MetricSummary) -> str:
    return "load" if (summary.x_name or "erlang").lower() == "erlang" else str(summary.x_name)


def at_words(summary: MetricSummary, x: float | None) -> str:
    """` at load 60` where there are several."""
    return "" if x is None else f" at {x_words(summary)} {x:,g}"
