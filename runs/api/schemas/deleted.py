"""What went into the trash."""

from pydantic import BaseModel

from runs.cleanup.trash import Deleted


class DeletedOut(BaseModel):
    """It can be restored from the trash, where it is `trash_id`, until that is emptied.

    `files` and `size_bytes` were measured on disk; `kept` says, a sentence each, what stayed.
    """

    label: str
    trash_id: int
    files: int
    size_bytes: int
    kept: list[str]


def deleted_out(deleted: Deleted) -> DeletedOut:
    return DeletedOut(
        label=deleted.label,
        trash_id=deleted.trash_id,
        files=deleted.files,
        size_bytes=deleted.size_bytes,
        kept=deleted.kept,
    )
