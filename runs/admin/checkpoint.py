"""What jobs saved, and what staff said of it."""

from django.contrib import admin

from runs.cleanup.deletion import checkpoint_size, delete_checkpoint
from runs.cleanup.reasons import checkpoint_refusal
from runs.models import Checkpoint, Review

from .deleting import DeletableAdmin, Deletion, delete_with_files


class ReviewInline(admin.TabularInline):
    """The history, for reading: it is written by reviewing alone."""

    model = Review
    can_delete = False
    extra = max_num = 0
    readonly_fields = ["decision", "pinned", "note", "by", "at"]
    ordering = ["-pk"]


@admin.register(Checkpoint)
class CheckpointAdmin(DeletableAdmin):
    deletion = Deletion(
        "checkpoint",
        ("root", "reviewed_by"),
        checkpoint_size,
        delete_checkpoint,
        checkpoint_refusal,
    )
    actions = [delete_with_files]
    list_display = [
        "suffix", "name", "project", "group", "decision", "pinned", "complete", "latest",
        "size_bytes", "saved_at",
    ]  # fmt: skip
    list_filter = ["decision", "pinned", "complete", "latest", "saved_at"]
    search_fields = ["project", "group", "name", "suffix", "made_by_id"]
    ordering = ["-saved_at", "-pk"]
    inlines = [ReviewInline]
