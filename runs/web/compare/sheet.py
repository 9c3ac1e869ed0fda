"""The comparison as a table for a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from runs.files.table import csv_lines

from .asked import Column
from .configurations import Comparison
from .figures import Line, Measured, Metric

Cells = tuple[Any, ...]


def csv_of(columns: Sequence[Column], found: Sequence[Measured], settings: Comparison) -> bytes:
    """A column for each run; of a metric its mean, and below it half its confidence interval."""
    return csv_lines([*head(columns), *figures(found), *configuration(settings)])


def head(columns: Sequence[Column]) -> Iterator[Cells]:
    runs = [column.run for column in columns]
    yield "part", "name", "load", *(run.pk for run in runs)
    yield "run", "name", "", *(run.name for run in runs)
    yield "run", "status", "", *(run.status for run in runs)
    yield "run", "owner", "", *(run.owner.get_username() for run in runs)
    yield "run", "seed", "", *(run.seed for run in runs)
    yield "run", "seconds", "", *(seconds(column) for column in columns)


def seconds(column: Column) -> float | None:
    began, ended = column.run.started_at, column.run.ended_at
    return (ended - began).total_seconds() if began and ended else None


def figures(found: Sequence[Measured]) -> Iterator[Cells]:
    for each in found:
        for line in each.lines:
            yield from line_rows(each.metric, line)


def line_rows(metric: Metric, line: Line) -> Iterator[Cells]:
    means = [value and value.mean for value in line.values]
    halves = [value and value.half for value in line.values]
    yield "metric", metric.name, line.x, *means
    if any(half is not None for half in halves):
        yield "half of 95 % CI", metric.name, line.x, *halves


def configuration(settings: Comparison) -> Iterator[Cells]:
    for row in settings.rows:
        yield "configuration", row.path, "", *row.values
