"""The README of what a session makes: who, what for, and the fields its template declares."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from .draft import RunDraft
from .project_templates import TemplateQuestion, project_template
from .wishes import ProjectWish, Wish

Row = tuple[str, str]


def project_readme(
    wish: ProjectWish, fields: Sequence[TemplateQuestion], values: dict[str, Any]
) -> str:
    rows = [("Operator", wish.operator), ("Begun", timezone.localdate().isoformat())]
    return document(wish.title, wish.objective, [*rows, *declared(fields, values)])


def run_readme(draft: RunDraft) -> str:
    wish = draft.wish
    day = wish.run_date or timezone.localdate(draft.session.created_at)
    rows = [
        ("Run", draft.session.target),
        ("Project", draft.project.slug),
        ("Program", draft.program.slug),
        ("Template", wish.template),
        ("Kind", wish.run_kind),
        ("Seed", "" if draft.seed is None else str(draft.seed)),
        ("Operator", wish.operator),
        ("Date", day.isoformat()),
    ]
    fields = project_template(draft.project.template).run_readme
    return document(wish.label, wish.objective, [*rows, *declared(fields, extra(wish))])


def extra(wish: Wish) -> dict[str, Any]:
    return dict(wish.readme_extra)


def declared(fields: Sequence[TemplateQuestion], values: dict[str, Any]) -> list[Row]:
    return [(field.label, str(values.get(field.name) or "")) for field in fields]


def document(title: str, text: str, rows: Sequence[Row]) -> str:
    """Markdown; a value stays on its line, so that it cannot begin a heading of its own."""
    listed = "\n".join(f"- {name}: {' '.join(value.split())}" for name, value in rows if value)
    parts = [f"# {' '.join(title.split())}", listed, text.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"
