"""What runs belong to."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from runs.contract.layout import check_name
from runs.errors import NameInvalid


def validate_directory_name(value: str) -> None:
    """Names become directories: the rule is the contract's, the complaint is Django's."""
    try:
        check_name(value, "name")
    except NameInvalid as error:
        raise ValidationError(error.message) from error


class Project(models.Model):
    """A project; `slug` is its directory and its address.

    An open one is seen by every member of the lab, one that is not by its `members` and
    `managers` and by staff. Managers act on all that is in it.
    """

    slug = models.CharField(max_length=255, unique=True, validators=[validate_directory_name])
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    is_open = models.BooleanField(
        default=True, help_text="Seen by every member of the lab, not only by those named here."
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="member_of",
        db_table="runs_project_member",
    )
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="manager_of",
        db_table="runs_project_manager",
    )
    template = models.CharField(max_length=100, blank=True, editable=False)
    most_output_bytes = models.BigIntegerField(
        null=True, blank=True, help_text="What one run may write, in bytes; empty: any amount."
    )
    most_run_seconds = models.BigIntegerField(
        null=True, blank=True, help_text="How long one run may take, in seconds; empty: any time."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
