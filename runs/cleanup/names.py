"""Delete all checkpoints of one job name: what is pinned or used stays, and is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runs.access import require_staff
from runs.errors import CheckpointInUse, CheckpointNotFound, CheckpointPinned
from runs.models import Checkpoint

from .deletion import delete_checkpoint
from .trash import Deleted

# Each is measured and moved on its own: some seconds in all.
MOST_AT_ONCE = 500


@dataclass
class DeletedName:
    """`deleted` and `kept`, a sentence each, in the order of their suffixes.

    `left`: so many were not looked at, because there are more than are deleted at once.
    """

    deleted: list[Deleted] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: int = 0


def delete_checkpoints(
    *, actor: Any, checkpoints: Iterable[Checkpoint], reason: str = "", most: int = MOST_AT_ONCE
) -> DeletedName:
    """Each into the trash in a transaction of its own. Raises NotAllowed but for staff, Conflict
    where files cannot be moved: what was deleted before stays deleted."""
    require_staff(actor, "Only staff may delete checkpoints.")
    # Those above others first: what lies below goes along with them.
    ordered = sorted(checkpoints, key=lambda each: (each.pinned, each.suffix))
    done = DeletedName(left=max(0, len(ordered) - most))
    for checkpoint in ordered[:most]:
        try:
            done.deleted.append(
                delete_checkpoint(actor=actor, checkpoint=checkpoint, reason=reason)
            )
        except CheckpointNotFound:
            continue
        except (CheckpointPinned, CheckpointInUse) as error:
            done.kept.append(f"{checkpoint.suffix}: {error.message}")
    return done
