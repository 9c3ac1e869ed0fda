"""A wizard under way: creates a project or a run, may stop to ask."""

import secrets

from django.conf import settings
from django.db import models


def new_session_id() -> str:
    return secrets.token_hex(6)


class CreationSession(models.Model):
    """A creation session of `owner`, who alone sees it, with staff.

    `inputs` is what was asked for (the fields of `runs.creation.wishes`); while it is a draft
    (`confirmed_at` empty) somebody still fills in the form, at `step`. `answers` holds what was
    answered to checks: {check: {field: value}}; `pending_input` what is asked now.
    `target` is the run id or project slug it will make, reserved when it is confirmed;
    `staging` the directory with all it has written, empty before and after.
    Each move, and each driver who takes it, raises `revision`: of two who drive it, one finds it
    changed. `attempts` counts who has taken it since its last move: what kills every driver ends.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", "project"
        RUN = "run", "run"

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        VALIDATING = "validating", "validating"
        RENDERING = "rendering", "rendering"
        CHECK_PASS = "check_pass", "checking"
        INPUT_REQUIRED = "input_required", "asking"
        RECORD_WRITE = "record_write", "writing"
        POST_VALIDATE = "post_validate", "validating what was made"
        RUN_QUEUED = "run_queued", "queueing"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        ABORTED = "aborted", "aborted"

    id = models.CharField(primary_key=True, max_length=12, default=new_session_id, editable=False)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sessions")
    state = models.CharField(max_length=14, choices=State.choices, default=State.PENDING)
    revision = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    inputs = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    pending_input = models.JSONField(null=True, blank=True)
    findings = models.JSONField(default=list)
    error = models.JSONField(null=True, blank=True)
    failed_phase = models.CharField(max_length=30, blank=True)
    result = models.JSONField(null=True, blank=True)
    target = models.CharField(max_length=255, blank=True)
    root = models.CharField(max_length=1000, blank=True)
    staging = models.CharField(max_length=1000, blank=True)
    discard_files = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    driven_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="session_owner_created"),
            models.Index(fields=["state", "touched_at"], name="session_state_touched"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} session {self.id}"

    @property
    def is_draft(self) -> bool:
        """Somebody still fills in the form."""
        return self.state == self.State.PENDING and self.confirmed_at is None
