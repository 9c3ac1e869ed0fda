"""What the program reads, and how it differs from the template it was made from."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe

from runs.configuration.diff import diff_text
from runs.configuration.highlight import highlight
from runs.contract.layout import TEMPLATE_STEM
from runs.models import Run


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Both as frozen when the run was created: a template edited since changes nothing here."""
    format = run.program.config_format
    text = read_text(run, run.config_path.name)
    if text is None:
        return {"gone": True}
    template = read_text(run, f"{TEMPLATE_STEM}.{format}")
    return {
        "config_name": run.config_path.name,
        "config_text": text,
        # the highlighter escapes all of the text
        "config_html": mark_safe(highlight(text, format)),
        "has_template": bool(run.template) and template is not None,
        "hunks": diff_text(template, text) if template is not None else [],
        "command": run.program.command,
    }


def read_text(run: Run, name: str) -> str | None:
    try:
        return (run.directory / name).read_text(errors="replace")
    except OSError:
        return None
