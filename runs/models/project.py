"""What runs belong to."""

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
    """A project; `slug` is its directory and its address."""

    slug = models.CharField(max_length=255, unique=True, validators=[validate_directory_name])
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
