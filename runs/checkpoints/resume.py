"""What it takes to go on from a checkpoint: a program that can, and its configuration."""

from dataclasses import dataclass
from typing import Any

from runs.checkpoints.files import TextFile, configurations, directory_of, document_of
from runs.checkpoints.selectors import maker_of
from runs.errors import Conflict, InvalidInput, NotFound
from runs.lifecycle.services import frozen_configuration
from runs.models import Checkpoint, Program, Run

FIELD = "{resume_from}"
# as much as `Run.resume_from` holds
PATH_LIMIT = 1000
METRICS = {"steps", "score"}


@dataclass(frozen=True)
class ResumePlan:
    """`maker` is the run that saved it; `example` that, or else the newest run of its name."""

    checkpoint: Checkpoint
    maker: Run | None
    example: Run | None

    @property
    def program(self) -> Program | None:
        return self.example.program if self.example else None

    @property
    def refusal(self) -> str:
        """Why nobody can go on from it; empty where somebody can."""
        return refusal_of(self.checkpoint) or refusal_of_program(self.program)

    def configuration(self, program: Program) -> str | None:
        """The text it was made with, as far as anything has it in that program's format."""
        if self.maker and self.maker.program_id == program.pk:
            try:
                return frozen_configuration(self.maker)
            except NotFound:
                pass
        return own_configuration(self.checkpoint, program) or self._example_text(program)

    def _example_text(self, program: Program) -> str | None:
        if self.example is None or self.example.program_id != program.pk:
            return None
        try:
            return frozen_configuration(self.example)
        except NotFound:
            return None


def plan_resume(checkpoint: Checkpoint, user: Any) -> ResumePlan:
    """Of a checkpoint the person sees; a run they do not see is none that made it."""
    maker = maker_of(checkpoint, user).run
    return ResumePlan(checkpoint, maker, maker or newest_run_of_name(checkpoint))


def newest_run_of_name(checkpoint: Checkpoint) -> Run | None:
    runs = Run.objects.select_related("program", "project", "owner").filter(
        project__slug=checkpoint.project, group=checkpoint.group, name=checkpoint.name
    )
    return runs.order_by("-created_at", "-pk").first()


def refusal_of(checkpoint: Checkpoint) -> str:
    if checkpoint.gone_at:
        return "Its directory is no longer on disk."
    if not checkpoint.complete:
        return f"It is incomplete{f': {checkpoint.reason}' if checkpoint.reason else '.'}"
    if len(str(checkpoint.directory)) > PATH_LIMIT:
        return f"Its path is longer than {PATH_LIMIT:,} characters."
    return ""


def refusal_of_program(program: Program | None) -> str:
    """Of the program that made it, or where nobody knows, of all there are."""
    if program is None:
        return "" if resuming_programs() else f"No program has {FIELD} in its command."
    if not can_resume(program):
        return f"The command of {program} has no {FIELD}, so it cannot go on from a checkpoint."
    return "" if program.enabled else f"The program {program} is switched off by staff."


def can_resume(program: Program) -> bool:
    return FIELD in program.command


def resuming_programs() -> list[Program]:
    return [program for program in Program.objects.filter(enabled=True) if can_resume(program)]


def resume_path(checkpoint: Checkpoint) -> str:
    """The directory to go on from, as it is now. Raises Conflict, saying why not."""
    if refusal := refusal_of(checkpoint):
        raise Conflict(refusal)
    try:
        return str(directory_of(checkpoint))
    except NotFound as error:
        raise Conflict("Its directory is no longer on disk.") from error


def own_configuration(checkpoint: Checkpoint, program: Program) -> str | None:
    """What stands beside the payload, in the program's format; None where it does not."""
    for file in configurations(checkpoint):
        if file.format == program.config_format and not file.cut and not tells_metrics(file):
            return file.text
    return None


def tells_metrics(file: TextFile) -> bool:
    """A config.json of steps and score alone is no configuration."""
    try:
        return set(document_of(file).values) <= METRICS
    except InvalidInput:
        return False
