"""What a creation session is asked to make. Unknown fields are refused, not passed over."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from runs.errors import InvalidInput

LONGEST_TEXT = 100_000
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]
FilledLine = Annotated[Line, StringConstraints(min_length=1)]


class Wish(BaseModel):
    """Shared by both kinds: `variables` fill in the template, `readme_extra` its README."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operator: Line = ""
    objective: Text = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    readme_extra: dict[str, Text] = Field(default_factory=dict)


class ProjectWish(Wish):
    """`slug` becomes the directory; made from the title where it is empty."""

    title: FilledLine
    slug: Line = ""
    template: Line = ""


class RunWish(Wish):
    """`label` becomes the run's name; `overrides` are {section: {key: value}}."""

    project: FilledLine
    program: FilledLine
    template: Annotated[str, StringConstraints(max_length=300)] = ""
    run_kind: Literal["experimental", "test"] = "experimental"
    label: FilledLine
    overrides: dict[str, Any] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = None
    run_date: date | None = None


WISHES: dict[str, type[ProjectWish] | type[RunWish]] = {"project": ProjectWish, "run": RunWish}


def read_wish(kind: str, inputs: dict[str, Any]) -> ProjectWish | RunWish:
    """Raises InvalidInput naming the first field at fault."""
    if kind not in WISHES:
        raise InvalidInput(f"A session is of the kind {' or '.join(WISHES)}.", "kind")
    try:
        return WISHES[kind].model_validate(inputs)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise InvalidInput(f"{field}: {fault['msg']}", field) from error
