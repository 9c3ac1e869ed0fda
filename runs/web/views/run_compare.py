"""Up to twenty runs beside each other: what they were told, what they measured, their curves."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from runs.analysis.pictures.plot import ALL
from runs.errors import NotFound
from runs.models import Run
from runs.web.compare.asked import MOST_RUNS, Asked, columns_of, ids_asked, runs_asked
from runs.web.compare.configurations import compare
from runs.web.compare.curves import curves_of
from runs.web.compare.figures import MOST_LINES, Metric, measured, metrics_of, series_of
from runs.web.compare.sheet import csv_of
from runs.web.pictures import Picture, picture_of, view_asked

from .batch_picture import answer

CURVE = "curve"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def run_compare(request: HttpRequest) -> HttpResponse:
    """`ids` names the runs, `all=1` asks for equal keys as well, `metric` chooses the curves.

    A form of chosen runs, which comes where there is no script, leads to their address.
    """
    if request.method == "POST":
        ids = ",".join(request.POST.getlist("run"))
        return HttpResponseRedirect(f"{reverse('run_compare')}?{query_of(ids)}")
    asked = runs_asked(request.user, ids_asked(request.GET))
    context: dict[str, Any] = {"asked": asked, "most": MOST_RUNS}
    if len(asked.runs) > 1:
        context |= comparison(request, asked)
    return render(request, "run_compare/page.html", context)


@require_safe
@never_cache
def curve(request: HttpRequest) -> HttpResponse:
    """The picture as a file. Raises NotFound where there is none."""
    asked = runs_to_compare(request)
    metric = chosen_metric(drawable(asked.runs), request.GET.get("metric", ""))
    if metric is None:
        raise NotFound("None of these runs has a curve.")
    log, view = wants_log(request.GET, metric), view_asked(request.GET)
    drawing = curves_of(columns_of(asked.runs), metric, log=log, view=view)
    return answer(drawing.standalone(), f"compare-{metric.name}.svg")


@require_safe
@never_cache
def table(request: HttpRequest) -> HttpResponse:
    """What the page shows, without its limits, as CSV. Raises NotFound."""
    runs = runs_to_compare(request).runs
    settings = compare(runs, everything=wants_all(request))
    found, _ = measured(runs, metrics_of(runs))
    sheet = csv_of(columns_of(runs), found, settings)
    response = HttpResponse(sheet, content_type="text/csv; charset=utf-8")
    name = content_disposition_header(True, "compare.csv")
    response["Content-Disposition"] = name or "attachment"
    return response


def runs_to_compare(request: HttpRequest) -> Asked:
    asked = runs_asked(request.user, ids_asked(request.GET))
    if len(asked.runs) < 2:
        raise NotFound("There are no two runs to compare.")
    return asked


def comparison(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    runs = asked.runs
    metrics = drawable(runs)
    chosen = chosen_metric(metrics, request.GET.get("metric", ""))
    figures, more_lines = measured(runs, metrics_of(runs), MOST_LINES)
    query = request.GET.copy()
    query["ids"] = ",".join(run.pk for run in runs)
    return {
        "columns": columns_of(runs),
        "ids": query["ids"],
        "everything": wants_all(request),
        "settings": compare(runs, everything=wants_all(request)),
        "figures": figures,
        "more_lines": more_lines,
        "metrics": metrics,
        "chosen": chosen,
        "pictures": [picture(asked, chosen, query)] if chosen else [],
        "unfinished": sum(not run.is_final for run in runs),
    }


def picture(asked: Asked, metric: Metric, query: QueryDict) -> Picture:
    log = wants_log(query, metric)
    view = view_asked(query) if query.get("zoom") == CURVE else ALL
    drawing = curves_of(columns_of(asked.runs), metric, log=log, view=view)
    address = f"{reverse('run_compare_curve')}?{query_of(query.get('ids', ''), metric=metric.name)}"
    return picture_of(CURVE, drawing, query, address)


def query_of(ids: str, **more: str) -> str:
    query = QueryDict(mutable=True)
    query.update({"ids": ids, **more})
    return query.urlencode(safe=",")


def drawable(runs: Sequence[Run]) -> list[Metric]:
    return [each for each in metrics_of(runs) if any(series_of(run).get(each.name) for run in runs)]


def chosen_metric(metrics: list[Metric], name: str) -> Metric | None:
    """The one asked for, else the first."""
    named = (metric for metric in metrics if metric.name == name)
    return next(named, metrics[0] if metrics else None)


def wants_log(query: QueryDict, metric: Metric) -> bool:
    asked = query.get("log", "")
    return asked == "1" if asked in ("0", "1") else metric.log


def wants_all(request: HttpRequest) -> bool:
    return request.GET.get("all") == "1"
