"""What a list shows of each checkpoint, read for a whole page in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from runs.access import visible
from runs.models import Checkpoint, Run

# All that a row shows; never the metrics or the text that is searched.
SHOWN = (
    "project",
    "group",
    "name",
    "suffix",
    "saved_at",
    "complete",
    "reason",
    "latest",
    "made_by_name",
    "made_by_id",
    "unix_owner",
    "steps",
    "score",
    "decision",
    "pinned",
    "reviewed_at",
    "reviewed_by__username",
    "review_note",
    "fault",
    "gone_at",
    "size_bytes",
    "root__position",
)


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint as a line of a list; `run` made it, where that is one of ours."""

    checkpoint: Checkpoint
    run: Run | None

    @property
    def made_by(self) -> str:
        """Who, as far as anything says: our user, the files' owner, the job's id."""
        if self.run:
            return self.run.owner.username
        return self.checkpoint.unix_owner or self.checkpoint.made_by_id


def load_checkpoint_rows(ids: Iterable[int | str], user: Any) -> list[CheckpointRow]:
    """The checkpoints in the order of `ids`; those that are gone or hidden are left out."""
    keys = [int(pk) for pk in ids]
    seen = visible(user, Checkpoint.objects.filter(pk__in=keys))
    found = seen.select_related("root", "reviewed_by").only(*SHOWN)
    return rows_in_order(keys, {checkpoint.pk: checkpoint for checkpoint in found}, user)


def rows_in_order(keys: list[int], found: dict[int, Checkpoint], user: Any) -> list[CheckpointRow]:
    runs = makers(found.values(), user)
    return [
        CheckpointRow(found[pk], runs.get(first_of(found[pk])) or runs.get(found[pk].made_by_id))
        for pk in keys
        if pk in found
    ]


def makers(checkpoints: Iterable[Checkpoint], user: Any) -> dict[str, Run]:
    """The runs among their makers by id, as far as the person sees them: all in one query."""
    ids = {each for item in checkpoints for each in (first_of(item), item.made_by_id) if each}
    seen = visible(user, Run.objects.filter(pk__in=ids))
    runs = seen.select_related("owner").only("name", "owner__username")
    return {run.pk: run for run in runs} if ids else {}


def first_of(checkpoint: Checkpoint) -> str:
    """A suffix of one of our runs begins with its id."""
    return checkpoint.suffix.partition("/")[0]
