"""The order of the steps, and where in it a draft is."""

from dataclasses import dataclass

from runs.models import CreationSession

from .drafts import Draft
from .faults import Faults
from .project_steps import PROJECT_STEPS
from .run_steps import RUN_STEPS
from .steps import Step

STEPS: dict[str, tuple[Step, ...]] = {
    CreationSession.Kind.PROJECT: PROJECT_STEPS,
    CreationSession.Kind.RUN: RUN_STEPS,
}


@dataclass(frozen=True)
class Road:
    """The steps that apply to a draft, and the one it is at."""

    steps: tuple[Step, ...]
    here: Step

    @property
    def number(self) -> int:
        return self.steps.index(self.here) + 1

    @property
    def before(self) -> Step | None:
        return self.steps[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> Step | None:
        return self.steps[self.number] if self.number < len(self.steps) else None

    def to(self, name: str) -> Step:
        """The step of that name; where there is none, this one."""
        return next((step for step in self.steps if step.name == name), self.here)

    def faulty(self, faults: Faults) -> list[Step]:
        return [step for step in self.steps if step.faults(faults)]


def road_of(draft: Draft, name: str) -> Road:
    """At the step of that name, or at the first: an address may be old, or made up."""
    steps = tuple(step for step in STEPS[draft.session.kind] if step.applies(draft))
    here = next((step for step in steps if step.name == name), steps[0])
    return Road(steps, here)


def step_of_field(draft: Draft, field: str) -> str:
    """Where a field can be changed; the preview where nobody asks for it."""
    road = road_of(draft, "preview")
    return next((step.name for step in road.faulty({field: "fault"})), road.here.name)
