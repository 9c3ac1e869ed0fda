"""What a script asks for, as the services and filters take it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from runs.access import visible
from runs.api.routers.loading import load_program, load_project
from runs.api.schemas.run import CloneIn, RunChanges, RunFields, RunIn, RunQuery
from runs.checkpoints.resuming import directory_to_resume
from runs.contract.layout import DEFAULT_GROUP
from runs.errors import InvalidInput
from runs.lifecycle.services import RunRequest
from runs.lists.owned_filter import EVERYBODY
from runs.lists.run_filter import RunFilter
from runs.models import Program, Project, Run

# A plus sign in an address means a blank.
LOST_PLUS = re.compile(r"(T[0-9:.]+) (\d\d:?\d\d)$")
ONLY_WITH_A_VALUE = "ended_at"
NARROWING = ("project", "program", "group", "batch", "tag", "search")
SHARED = ("group", "name", "template", "overrides", "priority", "tags", "notes")


def run_request(request: HttpRequest, body: RunIn) -> RunRequest:
    """Raises NotFound for what it names and does not exist."""
    wanted = new_run_request(body.program, body.project, body)
    if not body.resume_from:
        return wanted
    directory = directory_to_resume(request.user, body.resume_from, wanted.program)
    return replace(wanted, resume_from=directory)


def new_run_request(program_slug: str, project_slug: str, body: RunFields) -> RunRequest:
    """Whatever names it is left without. Raises ProgramNotFound."""
    program = load_program(program_slug)
    values = given(body)
    values.setdefault("group", DEFAULT_GROUP)
    values.setdefault("name", name_suggested(program, body.template or ""))
    return RunRequest(program=program, project=Project(slug=project_slug), **values)


def name_suggested(program: Program, template: str) -> str:
    return template.rpartition("/")[2] or program.slug


def run_changes(request: HttpRequest, body: CloneIn | None) -> dict[str, Any]:
    """For `clone_run` and `resume_run`: another template counts only with its own text."""
    if body is None:
        return {}
    values = given(body)
    if body.project:
        values["project"] = load_project(request, body.project)
    if body.template and body.config is None:
        values["config_text"] = None
    return values


def given(body: RunFields) -> dict[str, Any]:
    """What a RunRequest calls it, of what was sent; a seed may be taken away with null."""
    values = {name: getattr(body, name) for name in SHARED if getattr(body, name) is not None}
    if isinstance(body, RunChanges) and "seed" in body.model_fields_set:
        values["seed"] = body.seed
    if body.config is not None:
        values["config_text"] = body.config
    if body.resources is not None:
        values["resources"] = body.resources.model_dump(exclude_none=True)
    return values


def runs_asked(request: HttpRequest, query: RunQuery) -> QuerySet[Run]:
    """Raises InvalidInput for a filter that means nothing."""
    data = {
        "owner": query.owner or EVERYBODY,
        "status": [word.strip() for word in query.status.split(",") if word.strip()],
        **{name: getattr(query, name) for name in NARROWING},
    }
    rows = visible(request.user, Run.objects.order_by())
    filters = RunFilter(data, queryset=rows, request=request)
    for field, faults in filters.form.errors.items():
        raise InvalidInput(" ".join(str(fault) for fault in faults), field)
    runs = filters.qs
    if query.since:
        runs = runs.filter(created_at__gte=moment_of(query.since, time.min, "since"))
    if query.until:
        runs = runs.filter(created_at__lte=moment_of(query.until, time.max, "until"))
    if query.order.removeprefix("-") == ONLY_WITH_A_VALUE:
        runs = runs.filter(ended_at__isnull=False)
    return runs


def moment_of(text: str, hour: time, field: str) -> datetime:
    """A day at that hour, or a moment, without a zone in the server's; in UTC."""
    try:
        return read_moment(LOST_PLUS.sub(r"\1+\2", text), hour).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            "Write a day as 2026-11-30 or a moment as 2026-11-30T14:05:00Z.", field
        ) from error


def read_moment(text: str, hour: time) -> datetime:
    day: date | None = parse_date(text) if len(text) == len("2026-11-30") else None
    found = datetime.combine(day, hour) if day else parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return make_aware(found) if is_naive(found) else found
