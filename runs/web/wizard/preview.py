"""What confirming a draft would make, as exactly as it can be told before the checks."""

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.safestring import SafeString, mark_safe

from runs.configuration.diff import DiffLine, diff_text
from runs.configuration.highlight import highlight
from runs.creation.draft import RunDraft
from runs.creation.estimate import Estimate, estimate_of
from runs.creation.made_from import ready_project, ready_run
from runs.creation.readme import run_readme
from runs.creation.steps.rendering import README, render_project
from runs.creation.steps.writing import request_of
from runs.creation.wishes import ProjectWish, RunWish, read_wish
from runs.lifecycle.places import status_root
from runs.lifecycle.services import build_run
from runs.lifecycle.supervisor.launch import argv_of
from runs.models import Run

from .drafts import Draft


class RunPreview:
    """Raises, as it is made, what keeps the run from being made."""

    def __init__(self, draft: Draft) -> None:
        wish = read_wish(draft.session.kind, draft.inputs)
        assert isinstance(wish, RunWish)
        self.made: RunDraft = ready_run(draft.session, wish)
        self.run: Run = build_run(
            owner=draft.owner, request=request_of(self.made), run_id=draft.session.target
        )

    @property
    def directory(self) -> Path:
        return self.run.directory

    @cached_property
    def estimate(self) -> Estimate | None:
        return estimate_of(self.made)

    @property
    def config_name(self) -> str:
        return self.run.config_path.name

    @property
    def config_html(self) -> SafeString:
        # the highlighter escapes all of the text
        return mark_safe(highlight(self.made.text, self.made.program.config_format))

    @property
    def hunks(self) -> list[list[DiffLine]]:
        return diff_text(self.made.base, self.made.text)

    @property
    def command(self) -> str:
        """As it could be typed into a shell; none is involved."""
        return shlex.join(argv_of(self.run))

    @property
    def readme(self) -> str:
        return run_readme(self.made)


@dataclass(frozen=True)
class PlannedFile:
    path: str
    size_bytes: int


class ProjectPreview:
    """Rendered for a moment, as nobody else knows its files. Raises, as it is made, what keeps
    the project from being made."""

    def __init__(self, draft: Draft) -> None:
        wish = read_wish(draft.session.kind, draft.inputs)
        assert isinstance(wish, ProjectWish)
        self.directory = status_root() / ready_project(draft.owner, wish).slug
        with TemporaryDirectory() as folder:
            place = Path(folder)
            render_project(draft.session, wish, place)
            self.readme = (place / README).read_text(errors="replace")
            paths = sorted(path for path in place.rglob("*") if path.is_file())
            self.files = [
                PlannedFile(str(path.relative_to(place)), path.stat().st_size) for path in paths
            ]
