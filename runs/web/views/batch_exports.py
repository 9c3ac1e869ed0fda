"""What a batch has measured, to take away: raw values as CSV, everything as JSON."""

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.analysis.export import names_to_export, result_json, values_csv
from runs.http.downloads import as_attachment

from .loading import get_batch


@require_safe
@never_cache
def values(request: HttpRequest, batch_id: str) -> StreamingHttpResponse:
    """`?metric=`, also several times, narrows to those. Raises BatchNotFound, InvalidInput."""
    batch = get_batch(request, batch_id)
    names = names_to_export(batch, request.GET.getlist("metric"))
    pieces = values_csv(batch, names)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    return as_attachment(response, f"{batch.name}-{batch.pk}-values.csv")


@require_safe
@never_cache
def result(request: HttpRequest, batch_id: str) -> StreamingHttpResponse:
    """Raises BatchNotFound."""
    batch = get_batch(request, batch_id)
    response = StreamingHttpResponse(result_json(batch), content_type="application/json")
    return as_attachment(response, f"{batch.name}-{batch.pk}-result.json")
