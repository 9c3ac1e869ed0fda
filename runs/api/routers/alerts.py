"""What somebody should look at."""

from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from runs.access import visible
from runs.alerts.services import acknowledge
from runs.api.authentication import needs
from runs.api.filtering import rows_in_order
from runs.api.paging import PagingQuery, page_answer
from runs.api.responses import answers
from runs.api.schemas.alert import AlertFilters, AlertKey, AlertOut, alert_out
from runs.api.schemas.base import PageOf
from runs.errors import AlertNotFound
from runs.lists.paging import moment
from runs.models import Alert
from runs.models.token import Scope

router = Router(tags=["alerts"], auth=needs(Scope.READ))
COLUMNS = (moment("raised_at"),)


@router.get("", response=answers(PageOf[AlertOut]))
def list_alerts(
    request: HttpRequest, filters: Query[AlertFilters], paging: PagingQuery
) -> dict[str, Any]:
    """The newest first."""
    alerts = visible(request.user, Alert.objects.order_by())
    if filters.kind is not None:
        alerts = alerts.filter(kind=filters.kind)
    if filters.open is not None:
        alerts = alerts.filter(acknowledged_at__isnull=filters.open)
    return page_answer(alerts, COLUMNS, "-raised_at", paging, load_alerts)


@router.post("/{id}/acknowledge", response=answers(AlertOut, 404), auth=needs(Scope.RUN))
def acknowledge_alert(request: HttpRequest, key: Path[AlertKey]) -> AlertOut:
    """Somebody has seen it; a second time changes nothing."""
    alert = visible(request.user, Alert.objects.filter(pk=key.id)).first()
    if alert is None:
        raise AlertNotFound
    acknowledge(request.user, alert)
    alert.refresh_from_db()
    return alert_out(alert)


def load_alerts(keys: list[Any]) -> list[AlertOut]:
    shown = Alert.objects.select_related("acknowledged_by")
    return [alert_out(alert) for alert in rows_in_order(shown, keys)]
