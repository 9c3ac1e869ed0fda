"""What makes two runs the same, to be looked up at once."""

from django.db import models


class RunDigest(models.Model):
    """`digest` is `runs.lifecycle.digest.digest_of` the run's configuration and seed.

    A table of its own: a column of the runs would have SQLite copy them, search triggers and all.
    """

    run = models.OneToOneField(
        "runs.Run", models.CASCADE, primary_key=True, related_name="configuration_digest"
    )
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["digest"], name="digest_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.digest}"
