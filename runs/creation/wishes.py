"""What a creation session is asked to make. Unknown fields are refused, not passed over."""

import json
import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from runs.configuration.places import unkeepable
from runs.errors import InvalidInput

LONGEST_TEXT = 100_000
LONGEST_INPUTS = 1024 * 1024
MOST_README_FIELDS = 100
# As json writes it; an even number of backslashes before it are themselves.
WRITTEN_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def one_line(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("has to stay on one line, without control characters")
    return text


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]
FilledLine = Annotated[Line, StringConstraints(min_length=1)]


class Wish(BaseModel):
    """Shared by both kinds: `variables` fill in the template, `readme_extra` its README."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operator: Line = ""
    objective: Text = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    readme_extra: dict[FilledLine, Text] = Field(
        default_factory=dict, max_length=MOST_README_FIELDS
    )


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


def check_keepable(inputs: dict[str, Any]) -> None:
    """Whether a database keeps it, be it a wish or not yet. Raises InvalidInput."""
    try:
        text = json.dumps(inputs, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("The inputs are more than JSON can say.", "inputs") from error
    if len(text) > LONGEST_INPUTS:
        raise InvalidInput(f"The inputs have more than {LONGEST_INPUTS:,} characters.", "inputs")
    if unkeepable(text) or WRITTEN_NUL.search(text):
        raise InvalidInput("A character cannot be kept (NUL or half a surrogate).", "inputs")


def read_wish(kind: str, inputs: dict[str, Any]) -> ProjectWish | RunWish:
    """Raises InvalidInput naming the first field at fault."""
    check_keepable(inputs)
    if kind not in WISHES:
        raise InvalidInput(f"A session is of the kind {' or '.join(WISHES)}.", "kind")
    try:
        return WISHES[kind].model_validate(inputs)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise InvalidInput(f"{field}: {fault['msg']}", field) from error
