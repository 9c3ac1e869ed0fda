"""Alerts as a script sees them."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import BaseModel, Field

from runs.models import Alert


class AlertFilters(Schema):
    kind: Alert.Kind | None = None
    open: Annotated[bool | None, Field(description="Whether nobody has acknowledged it yet.")] = (
        None
    )


class AlertKey(Schema):
    id: Annotated[int, Field(ge=1, lt=2**63)]


class AlertOut(BaseModel):
    """`open` until somebody acknowledges it; `over_at` is when its cause ended.

    `address` is the page it is about, `project` the slug of the project, null where it is about
    none.
    """

    id: int
    kind: str
    message: str
    address: str
    project: str | None
    count: int
    open: bool
    raised_at: datetime
    last_at: datetime
    over_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


def alert_out(alert: Alert) -> AlertOut:
    by = alert.acknowledged_by
    return AlertOut(
        id=alert.pk,
        kind=alert.kind,
        message=alert.message,
        address=alert.address,
        project=alert.project,
        count=alert.count,
        open=alert.acknowledged_at is None,
        raised_at=alert.raised_at,
        last_at=alert.last_at,
        over_at=alert.over_at,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=by.get_username() if by else None,
    )
