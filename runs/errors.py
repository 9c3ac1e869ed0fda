"""Everything that can go wrong, as one tree.

FusionwebError
├── InvalidInput              the person can mend it: say what, where and how
│   ├── ConfigurationInvalid  carries one Problem per fault (section, key, line)
│   ├── NameInvalid           a project, group or run name that cannot be a directory
│   ├── InputInvalid          an answer that does not fit what a session asked
│   ├── ProgramUnusable       the program does not exist or cannot be executed
│   ├── Malformed             what was sent cannot even be read
│   └── TooLarge              more than is read at all
├── NotAuthenticated          nobody is logged in, or the token is none
├── NotAllowed                the actor may not do this
├── TooManyRequests           this often it may not be asked; says when again
├── NotFound                  no such thing, or none the actor may see
│   ├── RunNotFound, JobNotFound, CheckpointNotFound, ProjectNotFound, ProgramNotFound,
│   │   SessionNotFound, BatchNotFound, TemplateNotFound, TopologyNotFound, AlertNotFound,
│   │   TokenNotFound
│   └── ArtifactNotFound      a file or folder of a run
│       └── PathOutside       a path that leaves the directory it belongs to
├── Conflict                  the thing's present state does not allow it
│   ├── RunAlreadyCreated     creating it once more under the same id
│   ├── RunAlreadyStarted     changing what only a waiting run lets change
│   ├── RunAlreadyFinished    cancelling what has ended
│   ├── RunStillActive        deleting or retrying what has not
│   ├── BatchAlreadyCreated, BatchAlreadyFinished, BatchStillActive: the same of batches
│   ├── JobStillActive        deleting a job that runs, or may
│   ├── SessionAlreadyCompleted, SessionNotAwaitingInput, InputRequestStale, SessionStillOpen
│   ├── CheckpointPinned      changing what an approval holds fast
│   ├── CheckpointInUse       deleting what a run resumes from
│   └── PlaceTaken            restoring to where something is again
└── PassingFault              may work when tried again; nothing was decided
    ├── LaunchFailed          the executor could not start the run
    ├── ShuttingDown          the server ends and takes no new work
    ├── SetupIncomplete       something is missing without which nothing can be made
    └── DiskSpaceInsufficient too little space to begin
"""

from collections.abc import Sequence
from dataclasses import dataclass


class FusionwebError(Exception):
    """Base of all errors; `code` is its name in answers and log lines."""

    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(FusionwebError):
    """Raised before anything is created; `field` names the input at fault."""

    code = "validation_failed"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Problem:
    """One fault of a configuration. `line` counts from 1; None where a key is missing."""

    message: str
    section: str = ""
    key: str = ""
    line: int | None = None

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.section, self.key) if part)

    def __str__(self) -> str:
        place = f" (line {self.line})" if self.line else ""
        return f"{self.path}{place}: {self.message}" if self.path else f"{self.message}{place}"


class ConfigurationInvalid(InvalidInput):
    """A configuration that does not parse or does not fit its schema."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems), field="config")
        self.problems = problems


class InputInvalid(InvalidInput):
    code = "input_validation_failed"


class NameInvalid(InvalidInput):
    pass


class ProgramUnusable(InvalidInput):
    pass


class Malformed(InvalidInput):
    code = "malformed_json"


class TooLarge(InvalidInput):
    code = "payload_too_large"


class NotAuthenticated(FusionwebError):
    code = "not_authenticated"


class NotAllowed(FusionwebError):
    code = "permission_denied"


class TooManyRequests(FusionwebError):
    """`retry_after_seconds` is when it may be asked again."""

    code = "too_many_requests"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NotFound(FusionwebError):
    """Without a message it says its own sentence: what is hidden answers as what is missing."""

    code = "not_found"
    sentence = "There is no such thing, or it has been deleted."

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.sentence)


class CheckpointNotFound(NotFound):
    code = "checkpoint_not_found"
    sentence = "There is no such checkpoint. It may have been deleted."


class RunNotFound(NotFound):
    code = "run_not_found"
    sentence = "There is no such run. It may have been deleted."


class JobNotFound(NotFound):
    code = "job_not_found"
    sentence = "There is no such job. Its directory may have been deleted or moved."


class BatchNotFound(NotFound):
    code = "batch_not_found"
    sentence = "There is no such batch. It may have been deleted."


class ProjectNotFound(NotFound):
    code = "project_not_found"
    sentence = "There is no such project."


class ProgramNotFound(NotFound):
    code = "program_not_found"


class SessionNotFound(NotFound):
    code = "session_not_found"


class TemplateNotFound(NotFound):
    code = "template_not_found"


class TopologyNotFound(NotFound):
    code = "topology_not_found"


class AlertNotFound(NotFound):
    code = "alert_not_found"
    sentence = "There is no such alert any more."


class TokenNotFound(NotFound):
    code = "token_not_found"


class ArtifactNotFound(NotFound):
    code = "artifact_not_found"


class PathOutside(ArtifactNotFound):
    pass


class Conflict(FusionwebError):
    code = "conflict"


class RunAlreadyCreated(Conflict):
    code = "run_already_created"


class RunAlreadyStarted(Conflict):
    code = "run_already_started"


class RunAlreadyFinished(Conflict):
    code = "run_already_finished"


class RunStillActive(Conflict):
    code = "run_still_active"


class BatchAlreadyCreated(Conflict):
    code = "batch_already_created"


class BatchAlreadyFinished(Conflict):
    code = "batch_already_finished"


class BatchStillActive(Conflict):
    code = "batch_still_active"


class SessionAlreadyCompleted(Conflict):
    code = "session_already_completed"


class SessionNotAwaitingInput(Conflict):
    code = "session_not_awaiting_input"


class SessionStillOpen(Conflict):
    code = "session_still_open"


class InputRequestStale(Conflict):
    code = "input_request_stale"


class CheckpointPinned(Conflict):
    code = "checkpoint_pinned"


class JobStillActive(Conflict):
    code = "job_still_active"


class CheckpointInUse(Conflict):
    code = "checkpoint_in_use"


class PlaceTaken(Conflict):
    code = "destination_exists"


class PassingFault(FusionwebError):
    code = "try_again"


class LaunchFailed(PassingFault):
    code = "launch_failed"


class ShuttingDown(PassingFault):
    code = "shutting_down"


@dataclass(frozen=True)
class Missing:
    """What a set-up lacks: `field` is data_root, program, templates or supervisor."""

    field: str
    reason: str


class SetupIncomplete(PassingFault):
    """`state` is the first that is missing, in a word: see `runs.health.setup`."""

    code = "setup_incomplete"

    def __init__(self, message: str, state: str, missing: Sequence[Missing]) -> None:
        super().__init__(message)
        self.state = state
        self.missing = missing


class DiskSpaceInsufficient(PassingFault):
    code = "disk_space_insufficient"
