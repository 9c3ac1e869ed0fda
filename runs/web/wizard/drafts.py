"""A draft in the wizard: what was typed so far, right or wrong, and what it leads to.

It is kept in the shape of a wish (`runs.creation.wishes`) with texts as they were typed, so
that the pages, the API and whoever confirms it read the same thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.models import User
from django.utils.text import slugify

from runs.creation.made_from import find_project, template_of
from runs.creation.project_templates import ProjectTemplate, project_template
from runs.errors import NotFound
from runs.models import CreationSession, Program, Project
from runs.web.forms.configuration import unix_lines


@dataclass(frozen=True)
class Draft:
    """`inputs` of the session, perhaps with more typed since; its owner is who makes it."""

    session: CreationSession
    inputs: dict[str, Any]

    @property
    def owner(self) -> User:
        return self.session.owner

    def with_inputs(self, **typed: Any) -> Self:
        return replace(self, inputs={**self.inputs, **typed})

    def without(self, *names: str) -> Self:
        left = {name: self.inputs[name] for name in self.inputs if name not in names}
        return replace(self, inputs=left)

    def text(self, name: str) -> str:
        value = self.inputs.get(name)
        return "" if value is None else str(value)

    def texts(self, name: str) -> dict[str, Any]:
        """A group of values by name, such as the variables."""
        value = self.inputs.get(name)
        return value if isinstance(value, dict) else {}

    @cached_property
    def project(self) -> Project | None:
        try:
            return find_project(self.owner, self.text("project"))
        except NotFound:
            return None

    @cached_property
    def program(self) -> Program | None:
        return Program.objects.filter(slug=self.text("program")).first()

    @cached_property
    def project_template(self) -> ProjectTemplate | None:
        """Of the project to be made, or of the one that the run will be in."""
        if self.session.kind == CreationSession.Kind.RUN:
            return template_of(self.project.template) if self.project else None
        try:
            return project_template(self.text("template"))
        except NotFound:
            return None

    @property
    def slug(self) -> str:
        """Of the project to be made."""
        return self.text("slug").strip() or slugify(self.text("title"))

    @property
    def known(self) -> dict[str, Any]:
        """What a project template knows before it asks."""
        names = ("title", "operator", "objective")
        return {"slug": self.slug, **{name: self.text(name).strip() for name in names}}


def draft_of(session: CreationSession) -> Draft:
    return Draft(session, dict(session.inputs))


def typed(sent: Mapping[str, str], name: str) -> str:
    """What a browser sent, its line ends as a file has them; no database keeps a NUL."""
    return unix_lines(sent.get(name, "")).replace("\0", "")


def typed_group(sent: Mapping[str, str], section: str) -> dict[str, str]:
    """`section.name=value` of a form as {name: value}."""
    prefix = f"{section}."
    return {key.removeprefix(prefix): typed(sent, key) for key in sent if key.startswith(prefix)}
