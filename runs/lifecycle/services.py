"""What people order: create, cancel, delete, retry, clone. Each is one transaction.

The services check before they create, so that nothing is ever half there.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from runs.access import hidden_projects, require_act_on
from runs.cleanup.deletion import discard_run
from runs.cleanup.trash import Deleted
from runs.configuration.command import find_executable, parse_command
from runs.configuration.document import Document, parse
from runs.configuration.overrides import check_overrides
from runs.configuration.schema import validate
from runs.contract.layout import TEMPLATE_STEM, check_name
from runs.contract.status import STOPPABLE, Status
from runs.errors import (
    CheckpointNotFound,
    ConfigurationInvalid,
    InvalidInput,
    NotFound,
    ProgramUnusable,
    RunAlreadyCreated,
    RunAlreadyFinished,
    RunStillActive,
)
from runs.models import Program, Project, Run
from runs.models.run import new_run_id

from .digest import remember_digest
from .places import (
    BUNDLED_COMMANDS,
    STAGING,
    catalogue,
    project_at,
    require_disk_space,
    set_aside,
    status_root,
)
from .transitions import announce, transition

TEXT_LIMIT = 100_000
TAG_LIMIT = 50
SEED_LIMIT = 2**53  # larger whole numbers lose digits in JSON readers
MEMBER_PRIORITIES = range(-10, 1)
STAFF_PRIORITIES = range(-10, 11)


@dataclass(frozen=True)
class RunRequest:
    """What a person asks for. `config_text` replaces the template's text where given."""

    program: Program
    project: Project
    name: str
    group: str = "default"
    template: str = ""
    config_text: str | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    priority: int = 0
    resources: dict[str, Any] = field(default_factory=dict)
    resume_from: str = ""
    tags: Sequence[str] = ()
    notes: str = ""
    purpose: str | None = None


@dataclass(frozen=True)
class FrozenConfiguration:
    """`base` is the text before the overrides, `text` what the program will read."""

    base: str
    text: str
    format: str


def effective_configuration(request: RunRequest) -> FrozenConfiguration:
    """Merge the overrides into the text and check the result against the schema.

    Raises ConfigurationInvalid with every problem, NotFound for an unknown template.
    """
    program = request.program
    base = template_text(program, request.template)
    text = base if request.config_text is None else request.config_text
    check_overrides(request.overrides)
    merged = parse(text, program.config_format).with_overrides(request.overrides)
    check_configuration(parse(merged, program.config_format), program)
    return FrozenConfiguration(base or text, merged, program.config_format)


def template_text(program: Program, name: str) -> str:
    if not name:
        return ""
    templates = catalogue()
    return templates.read(templates.get(program.slug, name))


def check_configuration(document: Document, program: Program) -> None:
    problems = validate(document, program.schema)
    if problems:
        raise ConfigurationInvalid(problems)


def check_configuration_of(run: Run) -> None:
    """Whether what the program will read is on disk and fits. Raises NotFound,
    ConfigurationInvalid."""
    document = parse(frozen_configuration(run), run.program.config_format)
    check_configuration(document, run.program)


def create_run(
    *,
    owner: User,
    request: RunRequest,
    actor: User | None = None,
    origin: Run | None = None,
    origin_kind: str = "",
    run_id: str = "",
) -> Run:
    """Queue a run. Raises InvalidInput, NotFound or DiskSpaceInsufficient, creating nothing.

    A `run_id` given twice makes one run: the second time raises RunAlreadyCreated.
    """
    configuration = effective_configuration(request)
    require_disk_space()
    run = build_run(owner=owner, request=request, run_id=run_id)
    run.origin, run.origin_kind = origin, origin_kind
    store(run, configuration, actor or owner)
    return run


def build_run(*, owner: User, request: RunRequest, run_id: str = "") -> Run:
    """The row as it would be, not saved yet. Raises InvalidInput."""
    check_request(owner, request)
    return new_row(owner=owner, request=request, run_id=run_id)


def new_row(*, owner: User, request: RunRequest, run_id: str = "") -> Run:
    """The same of a request that has been checked."""
    run = Run(
        pk=run_id or new_run_id(),
        project=request.project,
        group=request.group,
        name=request.name,
        program=request.program,
        template=request.template,
        owner=owner,
        priority=request.priority,
        seed=request.seed,
        overrides=request.overrides,
        resources=request.resources or request.program.resources,
        tags=list(request.tags),
        notes=request.notes,
        purpose=request.purpose,
        resume_from=request.resume_from,
        root=str(status_root()),
        executor=request.program.executor,
    )
    run.search_text = run.facts_for_search()
    return run


def store(run: Run, configuration: FrozenConfiguration, actor: User) -> None:
    """Directory and row appear together: the directory is moved into place just before commit."""
    staging = Path(run.root) / STAGING / f"{run.pk}.{os.urandom(4).hex()}"
    staging.mkdir(parents=True)
    try:
        write_configuration(staging, run, configuration)
        with transaction.atomic():
            insert_new(run, actor)
            remember_digest(run, configuration.text)
            put_in_place(staging, run)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def put_in_place(staging: Path, run: Run) -> None:
    """What a process killed just before its commit left under this very id makes way."""
    set_aside(run.directory, Path(run.root))
    run.directory.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(run.directory)


def write_configuration(place: Path, run: Run, configuration: FrozenConfiguration) -> None:
    """What the program will read, and beside it what it was made from, for the diff."""
    (place / run.config_path.name).write_text(configuration.text, newline="")
    base = place / f"{TEMPLATE_STEM}.{configuration.format}"
    base.write_text(configuration.base, newline="")


def insert_new(run: Run, actor: User) -> None:
    """The row and the event that tells of it: part of a transaction. Raises RunAlreadyCreated."""
    insert(run)
    announce(run, "created", actor)


def insert(run: Run) -> None:
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        if not Run.objects.filter(pk=run.pk).exists():
            raise
        raise RunAlreadyCreated("This run has been created already.") from error


def check_request(owner: User, request: RunRequest) -> None:
    """Raises InvalidInput naming the field at fault, CheckpointNotFound."""
    check_program(request.program)
    check_name(request.project.slug, "project")
    check_sight(owner, request)
    check_name(request.group, "group")
    check_name(request.name, "name")
    check_words(request.notes, request.tags)
    if request.seed is not None and not 0 <= request.seed <= SEED_LIMIT:
        raise InvalidInput(f"A seed is a whole number from 0 to {SEED_LIMIT}.", "seed")
    check_priority(owner, request.priority)


def check_words(notes: str, tags: Sequence[str]) -> None:
    if len(notes) > TEXT_LIMIT:
        raise InvalidInput(f"Notes may have at most {TEXT_LIMIT:,} characters.", "notes")
    if len(tags) > TAG_LIMIT or any(len(tag) > 50 for tag in tags):
        raise InvalidInput(f"At most {TAG_LIMIT} tags of 50 characters.", "tags")


def check_priority(user: Any, priority: int) -> None:
    allowed = STAFF_PRIORITIES if getattr(user, "is_staff", False) else MEMBER_PRIORITIES
    if priority not in allowed:
        raise InvalidInput(
            f"Your priority may be from {allowed.start} to {allowed.stop - 1}.", "priority"
        )


def check_sight(owner: User, request: RunRequest) -> None:
    """Nobody launches into a project, or goes on from a checkpoint, that they may not see."""
    hidden = hidden_projects(owner).slugs
    if request.project.slug in hidden:
        raise InvalidInput(
            f"{owner} may not launch into {request.project.slug}. "
            "Choose another project, or ask staff to be named in that one.",
            "project",
        )
    if hidden and request.resume_from and project_at(Path(request.resume_from)) in hidden:
        raise CheckpointNotFound


def check_program(program: Program) -> None:
    """Raises ProgramUnusable where the program is switched off, missing or not executable."""
    if not program.enabled:
        raise ProgramUnusable(f"The program {program.slug} is switched off by staff.", "program")
    find_executable(parse_command(program.command).words[0], BUNDLED_COMMANDS)


def cancel_run(*, actor: User, run: Run, grace_seconds: float | None = None) -> None:
    """Cancel a pending run at once, order the supervisor to stop a running one.

    Asking twice is fine. Raises RunAlreadyFinished, NotAllowed.
    """
    require_act_on(actor, run)
    if cancel_waiting(run, actor):
        return
    grace = settings.FUSIONWEB_GRACE_SECONDS if grace_seconds is None else grace_seconds
    with transaction.atomic():
        ordered = Run.objects.filter(pk=run.pk, status__in=STOPPABLE).update(
            cancel_requested_at=timezone.now(),
            cancel_requested_by=actor.pk,
            cancel_grace_seconds=grace,
        )
        run.refresh_from_db()
        if not ordered:
            raise RunAlreadyFinished(f"This run has already ended: {run.status}.")
        announce(run, "cancel_requested", actor)


def cancel_waiting(run: Run, actor: User) -> bool:
    """A run that no supervisor has claimed has started nothing: its receipt is empty."""
    now = timezone.now()
    return transition(
        run,
        to=Status.CANCELLED,
        sources={Status.PENDING},
        unclaimed=True,
        reason="cancelled before it started",
        actor=actor,
        cancel_requested_at=now,
        cancel_requested_by_id=actor.pk,
        cancel_receipt={"signalled": [], "still_alive": [], "all_gone": True},
    )


def delete_run(*, actor: User, run: Run, reason: str = "") -> Deleted:
    """Move an ended run with its directory and its checkpoints into the trash; says how much.

    Raises RunStillActive, NotAllowed, CheckpointInUse. What staff have pinned stays, and is said.
    """
    require_act_on(actor, run)
    return discard_run(run, actor=actor, reason=reason)


def request_like(run: Run, **changes: Any) -> RunRequest:
    """The request that would make this run again, with the configuration it was frozen with."""
    values: dict[str, Any] = {
        "program": run.program,
        "project": run.project,
        "group": run.group,
        "name": run.name,
        "template": run.template if has_template(run) else "",
        "config_text": frozen_configuration(run),
        "seed": run.seed,
        "resources": run.resources,
        "tags": run.tags,
        "notes": run.notes,
        "purpose": run.purpose,
    }
    return RunRequest(**{**values, **changes})


def has_template(run: Run) -> bool:
    try:
        template_text(run.program, run.template)
    except NotFound:
        return False
    return True


def frozen_configuration(run: Run) -> str:
    """The text the program reads. Raises NotFound where the directory has lost it."""
    try:
        return run.config_path.read_text()
    except FileNotFoundError as error:
        raise NotFound("The configuration of this run is no longer on disk.") from error


def retry_run(*, actor: User, run: Run) -> Run:
    """The same once more, for the same owner. Raises RunStillActive, NotAllowed."""
    require_act_on(actor, run)
    if not run.can_retry:
        raise RunStillActive("This run has not ended yet.")
    return create_run(
        owner=run.owner,
        actor=actor,
        request=request_like(run),
        origin=run,
        origin_kind=Run.Origin.RETRY,
    )


def clone_run(*, actor: User, run: Run, **changes: Any) -> Run:
    """A new run like this one, with `changes` to the request; anybody may clone what they see."""
    return create_run(
        owner=actor, request=request_like(run, **changes), origin=run, origin_kind=Run.Origin.CLONE
    )
