"""Creation sessions as a script asks for them and sees them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from runs.api.filtering import Word
from runs.api.paging import Paging
from runs.creation.wishes import ProjectWish, RunWish
from runs.models import CreationSession

from .base import Body, Fault

LONGEST_REQUEST_ID = 100


class ProjectSessionIn(ProjectWish):
    kind: Literal["project"]


class RunSessionIn(RunWish):
    kind: Literal["run"]


WISH: TypeAdapter[ProjectSessionIn | RunSessionIn] = TypeAdapter(
    Annotated[ProjectSessionIn | RunSessionIn, Field(discriminator="kind")]
)


class SessionIn(RootModel[dict[str, Any]]):
    """Documented as one kind or the other, and read by the domain: a fault has the same field and
    words wherever it is said, and is not named after a member of a union."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(WISH.core_schema)


class ResumeSessionIn(Body):
    request_id: Annotated[str, Field(min_length=1, max_length=LONGEST_REQUEST_ID)]
    extra_inputs: dict[str, Any] = Field(
        default_factory=dict,
        description="An answer for each field that is asked, by its id; "
        "a file as {name, content_base64}.",
    )


class CancelSessionIn(Body):
    discard_files: bool = Field(
        False, description="Remove what it has written; else staff can go on with it."
    )


class SessionKey(Schema):
    session_id: Word


class SessionQuery(Paging):
    state: Annotated[str, Field(max_length=200)] = Field(
        "", description="One or more, with commas between."
    )


class OptionOut(Schema):
    value: str
    label: str


class InputFieldOut(Schema):
    """`accept` are endings such as .json, `max_bytes` of an upload alone."""

    id: str
    label: str
    type: str
    required: bool
    default: Any
    options: list[OptionOut]
    hint: str
    accept: list[str]
    max_bytes: int | None


class PendingInput(Schema):
    """`reason` says why it is asked; what is not answered by `expires_at` ends the session."""

    request_id: str
    check: str
    reason: str
    fields: list[InputFieldOut]
    # as it is kept, so that API and socket write it alike
    expires_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class FindingOut(Schema):
    phase: str
    code: str
    message: str


class ResultOut(Schema):
    """What was made: a run or a project, and where; `reused` for a run that was there before."""

    path: str
    findings: list[FindingOut]
    run_id: str = ""
    project: str = ""
    reused: bool = False


class SessionErrorOut(Schema):
    code: str
    message: str
    trace_id: str
    field: str = ""
    details: list[Fault] = []


class SessionOut(Schema):
    """`current_phase` is null before it begins and where it ended without success."""

    session_id: str
    kind: Literal["project", "run"]
    state: CreationSession.State
    current_phase: str | None
    next_action: Literal["none", "awaiting_input", "view_result"]
    pending_input: PendingInput | None
    error: SessionErrorOut | None
    result: ResultOut | None


class SessionItem(SessionOut):
    """A session in a list."""

    owner: str
    created_at: datetime
    touched_at: datetime
    ended_at: datetime | None
