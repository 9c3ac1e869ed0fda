"""What operations say of their answers in the OpenAPI document."""

from typing import Any

from runs.api.schemas.base import ErrorAnswer

# Any call may be refused for these, whatever it is about.
ALWAYS = (401, 403, 422, 429, 503)
BINARY = {"type": "string", "format": "binary"}


def answers(schema: Any, *errors: int) -> dict[Any, Any]:
    """For `response=`: what is answered when all is well, and which statuses errors have."""
    return {200: schema, frozenset((*ALWAYS, *errors)): ErrorAnswer}


def streams(media_type: str, *more: int, **headers: str) -> dict[str, Any]:
    """For `openapi_extra=`: an answer of bytes, also with the statuses `more`, and its headers."""
    told = {
        name.replace("_", "-"): {"description": text, "schema": {"type": "integer"}}
        for name, text in headers.items()
    }
    content = {media_type: {"schema": BINARY}}
    answer = {"content": content, **({"headers": told} if told else {})}
    extra = {code: {"description": PARTIAL[code], "content": content} for code in more}
    return {"responses": {200: answer, **extra}}


PARTIAL = {206: "The range asked for", 416: "There is no such range"}
