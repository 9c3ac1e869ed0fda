"""One picture of a batch as a file: an SVG that has its colours, title and notes in itself."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.analysis.pictures.gallery import draw, kinds_of
from runs.analysis.result import MetricSummary, PointValues
from runs.analysis.selectors import named_metric
from runs.errors import NotFound
from runs.models import Batch, BatchMetric
from runs.web.pictures import load_asked, subject_of, wish_of

from .loading import get_batch

# It is a document where it is opened by itself: it may run nothing and fetch nothing.
POLICY = "sandbox; default-src 'none'"


@require_safe
@never_cache
def batch_picture(request: HttpRequest, batch_id: str, kind: str) -> HttpResponse:
    """`metric` names the metric (the first, where none is named), `x` the load; the rest of the
    query is `runs.web.pictures`'s. Raises BatchNotFound; NotFound for a metric, load or kind of
    picture that the batch does not have."""
    batch = get_batch(request, batch_id)
    measured = find_measured(batch, request.GET.get("metric", ""))
    summary = MetricSummary.model_validate(measured.summary)
    values = [PointValues.model_validate(each) for each in measured.values]
    subject = subject_of(batch, summary, values)
    if kind not in kinds_of(subject):
        raise NotFound(
            f"This batch has no such picture. There are: {', '.join(kinds_of(subject))}."
        )
    wish = wish_of(summary, request.GET, find_load(summary, request.GET.get("x", "")), zoomed=True)
    return answer(draw(kind, subject, wish).standalone(), f"{batch.name}-{summary.name}-{kind}.svg")


def find_measured(batch: Batch, name: str) -> BatchMetric:
    found = named_metric(batch, name)
    if found is None:
        raise NotFound(
            f"This batch has no metric {name[:200]}." if name else "Nothing measured yet."
        )
    return found


def find_load(summary: MetricSummary, written: str) -> float | None:
    """The highest where none is asked for."""
    if written and not any(x is not None and f"{x:g}" == written for x in summary.xs):
        raise NotFound(f"{summary.label} was not measured at {written[:40]}.")
    return load_asked(summary, written)


def answer(svg: str, name: str) -> HttpResponse:
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
