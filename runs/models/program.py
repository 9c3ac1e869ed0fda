"""A command that members may launch, registered by staff."""

from django.core.exceptions import ValidationError
from django.db import models

from runs.configuration.command import parse_command
from runs.configuration.schema_check import check_schema
from runs.errors import InvalidInput

from .project import validate_directory_name


class Program(models.Model):
    """A registered command.

    `metrics` is a list of {"name", "label", "unit"?, "scale"?: "log"} in the order to show;
    `resources` the default {"cpus", "memory_mb", "time_limit_minutes"}, all optional.
    """

    class Format(models.TextChoices):
        INI = "ini", "INI"
        YAML = "yaml", "YAML"
        JSON = "json", "JSON"

    slug = models.CharField(
        max_length=100,
        unique=True,
        validators=[validate_directory_name],
        help_text="Also the name of its folder of templates.",
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    command = models.TextField(
        help_text="The program and its arguments, with the fields {config} {run_id} {run_dir} "
        "{output_dir} {progress_file} {checkpoint_dir} {resume_from} {seed}. "
        "Each field becomes one argument; no shell is involved."
    )
    config_format = models.CharField(max_length=4, choices=Format.choices, default=Format.INI)
    schema = models.JSONField(
        default=dict, blank=True, help_text="JSON Schema of the configuration."
    )
    metrics = models.JSONField(
        default=list,
        blank=True,
        help_text='Metrics worth showing: [{"name": "mean_hops", "label": "mean hops"}].',
    )
    resources = models.JSONField(default=dict, blank=True)
    executor = models.CharField(max_length=20, default="local", editable=False)
    enabled = models.BooleanField(default=True, help_text="Off: nobody can launch it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        faults = {}
        for field, check in (("command", parse_command), ("schema", check_schema)):
            try:
                check(getattr(self, field))
            except InvalidInput as error:
                faults[field] = error.message
        if not is_list_of_metrics(self.metrics):
            faults["metrics"] = 'Expected a list of {"name": …} objects.'
        if not isinstance(self.resources, dict):
            faults["resources"] = "Expected an object."
        if faults:
            raise ValidationError(faults)


def is_list_of_metrics(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(metric, dict) and isinstance(metric.get("name"), str) for metric in value
    )
