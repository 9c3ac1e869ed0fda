"""Who did what, when, from where: the events, for staff."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import require_staff
from runs.lists.audit_filter import TOPICS, AuditFilter
from runs.lists.paging import whole
from runs.models import Event, Project
from runs.web.acts import VERBS, load_acts
from runs.web.audit_csv import csv_of
from runs.web.listing import Listing, list_context, list_response, narrowing

EVENTS = Listing(
    url_name="audit",
    folder="audit",
    noun="Events",
    columns=(whole("seq"),),
    default_order="-seq",
)
FOLDED_FILTERS = ("topic", "project", "via", "since", "until", "system")


@require_safe
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """Raises NotAllowed but for staff."""
    filters = audit_filter(request)
    context = list_context(request, EVENTS, filtered(filters))
    context |= {
        "filters": filters,
        "rows": load_acts(context["page"].keys),
        "is_narrowed": bool(narrowing(request.GET)),
        "folded": sum(bool(request.GET.get(name)) for name in FOLDED_FILTERS),
    }
    return list_response(request, EVENTS, context, filter_context)


@require_safe
@never_cache
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """All that the filters let through. Raises NotAllowed but for staff."""
    events = filtered(audit_filter(request))
    response = StreamingHttpResponse(csv_of(events), content_type="text/csv; charset=utf-8")
    name = f"fusionweb-audit-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def audit_filter(request: HttpRequest) -> AuditFilter:
    require_staff(request.user, "Only staff see who did what.")
    return AuditFilter(request.GET, queryset=Event.objects.order_by())


def filtered(filters: AuditFilter) -> QuerySet[Event]:
    return filters.qs if filters.is_valid() else Event.objects.none()


def filter_context(request: HttpRequest) -> dict[str, Any]:
    people = get_user_model().objects.order_by("username")
    return {
        "people": list(people.values_list("username", flat=True)),
        "projects": list(Project.objects.values_list("slug", flat=True)),
        "topics": TOPICS,
        "kinds": list(VERBS),
    }
