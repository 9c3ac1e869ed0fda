"""Pictures of a batch's metric, as the address asks for them: at which load (`x`), on a log axis
or not (`log=1`, `log=0`), and what part: `zoom` names the picture, `from` and `to` its horizontal
range, `low` and `high` its vertical one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from runs.analysis.pictures.drawing import Drawing, Entry, Table
from runs.analysis.pictures.gallery import Wish, draw, kinds_of
from runs.analysis.pictures.plot import ALL, View
from runs.analysis.pictures.scales import Range
from runs.analysis.pictures.subject import Subject
from runs.analysis.result import MetricSummary, PointValues
from runs.models import Batch

from .batch_words import point_label

ZOOM_FIELDS = ("zoom", "from", "to", "low", "high")
# A page holds so many rows of figures beneath a picture; the exports have all.
MOST_ROWS = 100
MOST_LETTERS = 40


@dataclass(frozen=True)
class LegendItem:
    """A name, a sample of its marks, and the number its marks carry."""

    label: str
    swatch: SafeString
    series: int


@dataclass(frozen=True)
class Picture:
    """One picture on a page, with all that stands around it; `columns` and `rows` are its figures.

    Addresses but `address`, that of the file, are queries of the page itself. `log_address` and
    `linear_address` are empty where there is no such choice, `reset_address` where it shows all.
    `fields` are what a form for zooming keeps, `ranges` what it asks for: name, label, value.
    """

    kind: str
    title: str
    svg: SafeString
    address: str
    columns: Sequence[str]
    rows: SafeString
    legend: Sequence[LegendItem] = ()
    notes: Sequence[str] = ()
    more_rows: int = 0
    partial: str = ""
    is_wide: bool = False
    is_log: bool = False
    log_address: str = ""
    linear_address: str = ""
    reset_address: str = ""
    fields: Sequence[tuple[str, str]] = ()
    ranges: Sequence[tuple[str, str, str]] = ()


def pictures_of(
    batch: Batch, summary: MetricSummary, values: Sequence[PointValues], query: QueryDict
) -> list[Picture]:
    """All there are of one metric. `query` is the page's."""
    subject = subject_of(batch, summary, values)
    x = load_asked(summary, query.get("x", ""))
    return [
        picture_of(
            kind,
            draw(kind, subject, wish_of(summary, query, x, zoomed=query.get("zoom") == kind)),
            query,
            file_address(batch, summary, kind, x),
        )
        for kind in kinds_of(subject)
    ]


def subject_of(batch: Batch, summary: MetricSummary, values: Sequence[PointValues]) -> Subject:
    return Subject(
        kind=batch.kind,
        labels=[point_label(batch, point) for point in range(len(batch.points))],
        summary=summary,
        values=values,
        parameters=batch.parameters,
        settings=[point.get("values") or [] for point in batch.points],
        base_seed=batch.base_seed,
        partial=partial_words(batch),
    )


def partial_words(batch: Batch) -> str:
    """`partial: 12 of 20` while not all iterations have completed."""
    result = batch.result
    if not result or not result["partial"]:
        return ""
    return f"partial: {result['completed']:,} of {result['total']:,}"


def load_asked(summary: MetricSummary, written: str) -> float | None:
    """The load that is named where there is one like it, else the highest; None without loads."""
    asked = next((x for x in summary.xs if x is not None and f"{x:g}" == written), None)
    return asked if asked is not None or not summary.xs else summary.xs[-1]


def wish_of(
    summary: MetricSummary, query: Mapping[str, str], x: float | None, *, zoomed: bool
) -> Wish:
    asked = query.get("log", "")
    log = asked == "1" if asked in ("0", "1") else summary.scale == "log"
    return Wish(x=x, log=log, view=view_asked(query) if zoomed else ALL)


def view_asked(query: Mapping[str, str]) -> View:
    return View(x=range_asked(query, "from", "to"), y=range_asked(query, "low", "high"))


def range_asked(query: Mapping[str, str], first: str, last: str) -> Range:
    """None where one of its ends is no number."""
    ends = number(query.get(first, "")), number(query.get(last, ""))
    return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


def number(written: str) -> float | None:
    try:
        value = float(written[:MOST_LETTERS])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def file_address(batch: Batch, summary: MetricSummary, kind: str, x: float | None) -> str:
    """Of the picture as a file; ends so that more can be added to it."""
    query = QueryDict(mutable=True)
    query["metric"] = summary.name
    if x is not None:
        query["x"] = f"{x:g}"
    return f"{reverse('batch_picture', args=[batch.pk, kind])}?{query.urlencode()}"


def picture_of(kind: str, drawing: Drawing, query: QueryDict, address: str) -> Picture:
    """A drawing with what stands around it; `address` is its file's, its query begun."""
    zoomed = query.get("zoom") == kind and view_asked(query) != ALL
    kept = ["log", *ZOOM_FIELDS] if zoomed else ["log"]
    shown = "".join(f"&{part}" for part in [narrowed(query, kept)] if part)
    may_be_log = drawing.is_log is not None and not drawing.empty
    return Picture(
        kind=kind,
        title=drawing.title,
        svg=mark_safe(drawing.on_page()),  # every text in it was escaped as it was written
        address=address + shown,
        legend=[legend_item(entry) for entry in drawing.legend],
        notes=drawing.notes,
        columns=drawing.table.columns,
        rows=rows_of(drawing.table),
        more_rows=max(0, len(drawing.table.rows) - MOST_ROWS),
        partial=drawing.partial,
        is_wide=drawing.is_wide,
        is_log=bool(drawing.is_log),
        log_address=changed(query, log="1") if may_be_log else "",
        linear_address=changed(query, log="0") if may_be_log else "",
        reset_address=changed(query) if zoomed else "",
        fields=kept_fields(query, kind) if drawing.zoom else [],
        ranges=ranges_of(query, drawing, zoomed),
    )


def rows_of(table: Table) -> SafeString:
    """Not a template: the thousand cells of a grid would take longer than all the rest."""
    return mark_safe("".join(row_of(row) for row in table.rows[:MOST_ROWS]))


def row_of(row: Sequence[str]) -> str:
    first, *rest = map(escape, row)
    cells = "".join(f'<td class="num">{figure}</td>' for figure in rest)
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'


def legend_item(entry: Entry) -> LegendItem:
    return LegendItem(entry.label, mark_safe(entry.swatch_on_page()), entry.series)


def narrowed(query: QueryDict, names: Sequence[str]) -> str:
    """Those parts of a query alone."""
    part = QueryDict(mutable=True)
    for name in names:
        if query.get(name):
            part[name] = query.get(name, "")
    return part.urlencode()


def changed(query: QueryDict, **values: str) -> str:
    """The page's query with these values, and no zoom: another axis has other ranges."""
    part = query.copy()
    for name in ZOOM_FIELDS:
        part.pop(name, None)
    for name, value in values.items():
        part[name] = value
    return f"?{part.urlencode()}"


def kept_fields(query: QueryDict, kind: str) -> list[tuple[str, str]]:
    kept = [(name, query.get(name, "")) for name in query if name not in ZOOM_FIELDS]
    return [*kept, ("zoom", kind)]


def ranges_of(query: QueryDict, drawing: Drawing, zoomed: bool) -> list[tuple[str, str, str]]:
    """What can be filled in to zoom without a pointer."""
    asked = [
        *([("from", "from"), ("to", "to")] if "data-x" in drawing.zoom else []),
        *([("low", "bottom"), ("high", "top")] if "data-y" in drawing.zoom else []),
    ]
    return [(name, label, query.get(name, "") if zoomed else "") for name, label in asked]
