"""Write down how the index of a root is, and tell when that becomes different."""

from datetime import datetime
from typing import Any

from django.db import transaction

from runs.events import record_event
from runs.models import Root

from .claims import keep
from .inventory import Inventory

MOST_FAULTS = 100
LONGEST_REASON = 500


def set_state(root: Root, claimed_by: str, state: Root.State, reason: str, **fields: Any) -> None:
    """Raises ClaimLost. An event only where the state is another than before."""
    with transaction.atomic():
        keep(root, claimed_by)
        before = Root.objects.values_list("state", flat=True).get(pk=root.pk)
        fields |= {"state": state, "reason": reason[:LONGEST_REASON]}
        Root.objects.filter(pk=root.pk).update(**fields)
        if before != state:
            announce_root(root, state, reason)
    for name, value in fields.items():
        setattr(root, name, value)


def announce_root(root: Root, state: str, reason: str = "", **more: Any) -> None:
    record_event(
        topic="roots",
        kind=f"root.{state}",
        subject=f"root:{root.pk}",
        payload={"id": root.pk, "path": root.path, "status": state, "reason": reason, **more},
    )


def set_scan_progress(root: Root, claimed_by: str, done: int, total: int, *, tell: bool) -> None:
    """Raises ClaimLost."""
    with transaction.atomic():
        keep(root, claimed_by)
        Root.objects.filter(pk=root.pk).update(scan_done=done, scan_total=total)
        if tell:
            announce_root(root, Root.State.SCANNING, done=done, total=total)


def scanned(inventory: Inventory, began_at: datetime, seconds: float) -> dict[str, Any]:
    """The columns that a finished scan decides. It knows of nothing later than its beginning."""
    faults = inventory.all_faults()
    count = inventory.count()
    return {
        "scanned_at": began_at,
        "scan_seconds": seconds,
        "scan_done": count,
        "scan_total": count,
        "fault_count": len(faults),
        "faults": [
            {"path": fault.path.encode(errors="backslashreplace").decode(), "reason": fault.reason}
            for fault in faults[:MOST_FAULTS]
        ],
    }
