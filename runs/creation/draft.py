"""A run under way to be made: what was asked for, and what answers have changed of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.contrib.auth.models import User

from runs.configuration.document import Document, parse
from runs.configuration.overrides import merge
from runs.lifecycle.services import template_text
from runs.models import CreationSession, Program, Project

from .wishes import RunWish


@dataclass(frozen=True)
class RunDraft:
    """`base` is the template's text; `text` that with the overrides laid over.

    `files` are what goes beside the configuration, by path relative to the run's directory.
    """

    session: CreationSession
    owner: User
    project: Project
    program: Program
    wish: RunWish
    base: str
    overrides: dict[str, Any]
    seed: int | None
    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        return parse(self.text, self.program.config_format)

    def with_overrides(self, overrides: dict[str, Any]) -> Self:
        """Further values laid over those there are."""
        merged = merge(self.overrides, overrides)
        text = parse(self.base, self.program.config_format).with_overrides(merged)
        return replace(self, overrides=merged, text=text)

    def with_text(self, text: str) -> Self:
        """Another text before the overrides: a check took keys out of it."""
        merged = parse(text, self.program.config_format).with_overrides(self.overrides)
        return replace(self, base=text, text=merged)

    def with_seed(self, seed: int) -> Self:
        return replace(self, seed=seed)

    def with_file(self, path: str, content: bytes) -> Self:
        return replace(self, files={**self.files, path: content})


def first_draft(
    session: CreationSession, wish: RunWish, project: Project, program: Program
) -> RunDraft:
    """Before any check. Raises NotFound, ConfigurationInvalid for a text that does not parse."""
    base = template_text(program, wish.template)
    text = parse(base, program.config_format).with_overrides(wish.overrides)
    return RunDraft(
        session=session,
        owner=session.owner,
        project=project,
        program=program,
        wish=wish,
        base=base,
        overrides=wish.overrides,
        seed=wish.seed,
        text=text,
    )
