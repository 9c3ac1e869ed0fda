"""Delete all checkpoints of one job name: what is pinned or used stays, and is said."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from runs.access import require_staff
from runs.errors import CheckpointInUse, CheckpointNotFound, CheckpointPinned
from runs.models import Checkpoint

from .deletion import delete_checkpoint
from .reasons import approval
from .trash import Deleted

# Each is measured and moved on its own: some seconds in all.
MOST_AT_ONCE = 500


@dataclass
class DeletedName:
    """`kept` says, a sentence each, what stays and why.

    `left`: so many were not looked at, because there are more than are deleted at once.
    """

    deleted: list[Deleted] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: int = 0


def delete_checkpoints(
    *, actor: Any, checkpoints: QuerySet[Checkpoint], reason: str = "", most: int = MOST_AT_ONCE
) -> DeletedName:
    """Each into the trash in a transaction of its own. Raises NotAllowed but for staff, Conflict
    where files cannot be moved: what was deleted before stays deleted."""
    require_staff(actor, "Only staff may delete checkpoints.")
    checkpoints = checkpoints.select_related("root", "reviewed_by")
    # In this order what stands above others goes first, and they along with it.
    loose = checkpoints.filter(pinned=False).order_by("suffix", "pk")
    done = DeletedName(left=max(0, loose.count() - most))
    for checkpoint in list(loose[:most]):
        try:
            done.deleted.append(
                delete_checkpoint(actor=actor, checkpoint=checkpoint, reason=reason)
            )
        except CheckpointNotFound:
            continue
        except (CheckpointPinned, CheckpointInUse) as error:
            done.kept.append(f"{checkpoint.suffix}: {error.message}")
    pinned = checkpoints.filter(pinned=True).order_by("suffix", "pk")
    done.kept += [f"{each.suffix}: {approval(each)}." for each in pinned[:most]]
    return done
