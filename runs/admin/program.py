"""Registered commands: the one place where staff say what members may launch."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from runs.errors import InvalidInput
from runs.lifecycle.services import check_program
from runs.models import Program

from .staff import StaffAdmin


class CodeInput(forms.Textarea):
    def __init__(self, rows: int) -> None:
        super().__init__({"rows": rows, "class": "vLargeTextField code", "spellcheck": "false"})


class LaidOutJSON(forms.JSONField):
    """JSON as a person reads it: indented, its own letters kept."""

    def prepare_value(self, value: Any) -> Any:
        text = super().prepare_value(value)
        if isinstance(value, str):
            return text
        return json.dumps(value, indent=2, ensure_ascii=False)


class ProgramForm(forms.ModelForm):
    schema = LaidOutJSON(
        required=False, widget=CodeInput(24), help_text="JSON Schema of the configuration."
    )
    metrics = LaidOutJSON(
        required=False,
        widget=CodeInput(8),
        help_text='In the order to show: [{"name": "mean_hops", "label": "mean hops", '
        '"unit": "hops", "scale": "log"}]; unit and scale may be left out.',
    )
    resources = LaidOutJSON(
        required=False,
        widget=CodeInput(3),
        help_text='Defaults such as {"cpus": 2, "memory_mb": 4000, "time_limit_minutes": 60}.',
    )

    class Meta:
        model = Program
        fields = [
            "slug", "title", "description", "enabled", "command", "config_format", "schema",
            "metrics", "resources",
        ]  # fmt: skip
        widgets = {"command": CodeInput(4), "description": forms.Textarea({"rows": 3})}

    def clean_schema(self) -> dict[str, Any]:
        return self.cleaned_data["schema"] or {}

    def clean_metrics(self) -> list[Any]:
        return self.cleaned_data["metrics"] or []

    def clean_resources(self) -> dict[str, Any]:
        return self.cleaned_data["resources"] or {}


@admin.register(Program)
class ProgramAdmin(StaffAdmin):
    form = ProgramForm
    list_display = ["slug", "title", "enabled", "config_format", "created_at"]
    list_filter = ["enabled", "config_format"]
    search_fields = ["slug", "title", "description", "command"]

    class Media:
        css = {"all": ["css/admin_code.css"]}

    def get_readonly_fields(
        self, request: HttpRequest, obj: Program | None = None
    ) -> tuple[str, ...]:
        # templates are found by the slug, frozen configurations of runs by the format
        return ("slug", "config_format") if obj and obj.runs.exists() else ()

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        try:
            check_program(obj)
        except InvalidInput as error:
            messages.warning(request, f"Saved, but it cannot be launched: {error.message}")
