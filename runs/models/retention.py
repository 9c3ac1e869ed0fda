"""What a project's clean-up keeps and removes."""

from django.core.validators import MinValueValidator
from django.db import models


class Retention(models.Model):
    """The rule of one project for its checkpoints or for its ended jobs and runs.

    What no `keep_…` protects goes: all of it, or only what is older than `older_than_days`, or
    only the oldest until the project is within `budget_bytes`; with both, what either asks for.
    Test runs are counted apart from the others of their name; with `tests_older_than_days` they
    go by that age alone, the newest and the best as well.
    """

    class Subject(models.TextChoices):
        CHECKPOINTS = "checkpoints", "checkpoints"
        JOBS = "jobs", "ended jobs and runs"

    class Best(models.TextChoices):
        LOWEST = "lowest", "lowest"
        HIGHEST = "highest", "highest"

    project = models.ForeignKey("runs.Project", models.CASCADE, related_name="retentions")
    subject = models.CharField(max_length=11, choices=Subject.choices, default=Subject.CHECKPOINTS)
    keep_latest = models.PositiveIntegerField(
        default=1, help_text="The newest so many of each name stay."
    )
    keep_approved = models.BooleanField(default=True, help_text="What staff approved stays.")
    keep_best = models.PositiveIntegerField(
        default=0, help_text="The best so many of each name stay, by the metric below."
    )
    best_metric = models.CharField(max_length=100, blank=True)
    best_is = models.CharField(max_length=7, choices=Best.choices, default=Best.LOWEST)
    older_than_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="Only what is older goes."
    )
    budget_bytes = models.BigIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="The oldest go until the project takes no more than this.",
    )
    tests_older_than_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="Test runs older than this go, and no others of them."
    )
    automatic = models.BooleanField(default=False, help_text="Applied once a day by itself.")
    applied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["project", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["project", "subject"], name="retention_once")
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.subject}"
