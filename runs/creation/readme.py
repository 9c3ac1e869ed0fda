"""The README of what a session makes: who, what for, and the fields its template declares."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from .draft import RunDraft
from .made_from import template_of
from .project_templates import TemplateQuestion
from .template_values import read_readme
from .wishes import ProjectWish, Wish

Row = tuple[str, str]


def project_readme(
    wish: ProjectWish, fields: Sequence[TemplateQuestion], values: dict[str, Any]
) -> str:
    rows = [("Operator", wish.operator), ("Begun", timezone.localdate().isoformat())]
    return document(wish.title, wish.objective, [*rows, *written(fields, values, wish)])


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
    fields = template_of(draft.project.template).run_readme
    values = read_readme(fields, wish.readme_extra)
    return document(wish.label, wish.objective, [*rows, *written(fields, values, wish)])


def written(fields: Sequence[TemplateQuestion], values: dict[str, Any], wish: Wish) -> list[Row]:
    """The declared fields by their labels, then what else was given, by its name."""
    names = {field.name for field in fields}
    rows = [(field.label, shown(values.get(field.name))) for field in fields]
    others = [(" ".join(name.split()), text) for name, text in wish.readme_extra.items()
              if name not in names]  # fmt: skip
    return [*rows, *others]


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def document(title: str, text: str, rows: Sequence[Row]) -> str:
    """Markdown; a value stays on its line, so that it cannot begin a heading of its own."""
    listed = "\n".join(f"- {name}: {' '.join(value.split())}" for name, value in rows if value)
    parts = [f"# {' '.join(title.split())}", listed, text.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"
