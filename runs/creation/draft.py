"""A run under way to be made: what was asked for, and what answers have changed of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Self

from django.contrib.auth.models import User

from runs.configuration.conversion import properties_of, resolved
from runs.configuration.document import Document, parse
from runs.configuration.json import pruned
from runs.configuration.overrides import check_overrides, merge
from runs.configuration.places import Path
from runs.configuration.schema import typed_values
from runs.contract.layout import DEFAULT_GROUP, JobPath
from runs.errors import InvalidInput
from runs.lifecycle.places import status_root
from runs.lifecycle.services import template_text
from runs.models import CreationSession, Program, Project

from .seeds import seed_keys, takes_seed
from .wishes import RunWish


@dataclass(frozen=True)
class RunDraft:
    """`base` is the template's text; `text` that with the overrides laid over.

    `files` are what goes beside the configuration, by path relative to the run's directory.
    `reuse` is the id of a run that the person prefers to a new one.
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
    reuse: str = ""

    @property
    def document(self) -> Document:
        return parse(self.text, self.program.config_format)

    @property
    def values(self) -> dict[str, Any]:
        """As the schema types them."""
        return typed_values(self.document, self.program.schema)

    @property
    def directory(self) -> FilePath:
        """Where the run will be: its id is reserved with the session."""
        path = JobPath(self.project.slug, DEFAULT_GROUP, self.wish.label, self.session.target)
        return path.under(FilePath(self.session.root or status_root()))

    def with_overrides(self, overrides: dict[str, Any]) -> Self:
        """Further values laid over those there are."""
        merged = merge(self.overrides, overrides)
        text = parse(self.base, self.program.config_format).with_overrides(merged)
        return replace(self, overrides=merged, text=text)

    def with_value(self, path: Path, value: Any) -> Self:
        nested: Any = value
        for key in reversed(path):
            nested = {key: nested}
        return self.with_overrides(nested)

    def without(self, paths: Collection[Path]) -> Self:
        """Keys taken out, wherever they come from."""
        format = self.program.config_format
        base = parse(self.base, format).without(paths)
        overrides = pruned(self.overrides, paths)
        text = parse(base, format).with_overrides(overrides)
        return replace(self, base=base, overrides=overrides, text=text)

    def with_seed(self, seed: int) -> Self:
        """Into the configuration, too, where the command takes none."""
        draft = replace(self, seed=seed)
        for key in [] if takes_seed(self.program) else seed_keys(self.program):
            draft = draft.with_value(key, seed)
        return draft

    def with_reuse(self, run_id: str) -> Self:
        return replace(self, reuse=run_id)

    def with_file(self, path: str, content: bytes) -> Self:
        return replace(self, files={**self.files, path: content})


def first_draft(
    session: CreationSession, wish: RunWish, project: Project, program: Program
) -> RunDraft:
    """Before any check. Raises NotFound, ConfigurationInvalid for a text that does not parse."""
    base = template_text(program, wish.template)
    check_overrides(wish.overrides)
    document = parse(base, program.config_format)
    overrides = merge(placed(wish.variables, document, program.schema), wish.overrides)
    draft = RunDraft(
        session=session,
        owner=session.owner,
        project=project,
        program=program,
        wish=wish,
        base=base,
        overrides=overrides,
        seed=None,
        text=document.with_overrides(overrides),
    )
    return draft if wish.seed is None else draft.with_seed(wish.seed)


def placed(variables: dict[str, Any], document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """Variables name keys without their sections. Raises InvalidInput for a name that no section
    has, or several have."""
    check_overrides(variables)
    overrides: dict[str, Any] = {}
    for name, value in variables.items():
        sections = sorted(sections_with(name, document, schema))
        if len(sections) != 1:
            found = (
                f"is in {', '.join(sections)}: name it in overrides" if sections else "is no key"
            )
            raise InvalidInput(f"{name[:200]} {found}.", f"variables.{name[:200]}")
        overrides = merge(overrides, {sections[0]: {name: value}})
    return overrides


def sections_with(name: str, document: Document, schema: dict[str, Any]) -> set[str]:
    known = {key: resolved(part, schema) for key, part in properties_of(schema).items()}
    declared = {key for key, part in known.items() if name in properties_of(part)}
    written = {
        key
        for key, inside in document.values.items()
        if isinstance(inside, dict) and name in inside
    }
    return declared | written
