"""The OpenAPI document: what ninja reads from the types, and the errors that every call shares."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI

from .schemas.base import ErrorAnswer

TEMPLATE = "#/components/schemas/{model}"
ERROR = {
    "content": {"application/json": {"schema": {"$ref": TEMPLATE.format(model="ErrorAnswer")}}}
}
# 422 also for a parameter that nobody knows, 503 while the server ends.
ALWAYS = (401, 403, 422, 503)
WITH_PARTS = (404,)
WITH_BODY = (400, 411, 413)


@cache
def document(api: NinjaAPI) -> dict[str, Any]:
    """As plain JSON has it; made once a process."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    schemas = found["components"]["schemas"]
    for name, schema in error_schemas().items():
        schemas.setdefault(name, schema)
    for path, methods in found["paths"].items():
        for operation in methods.values():
            operation["summary"] = sentence(operation)
            add_errors(operation, path)
    del found["servers"]
    return found


@cache
def document_text(api: NinjaAPI) -> str:
    return json.dumps(document(api), indent=1, ensure_ascii=False)


def sentence(operation: dict[str, Any]) -> str:
    """Ninja makes a title of the function's name where an operation says nothing."""
    summary: str = operation["summary"]
    return summary.capitalize() if summary == summary.title() else summary


def error_schemas() -> dict[str, Any]:
    schema = ErrorAnswer.model_json_schema(ref_template=TEMPLATE)
    parts = schema.pop("$defs")
    return {**parts, "ErrorAnswer": schema}


def add_errors(operation: dict[str, Any], path: str) -> None:
    codes = [*ALWAYS]
    codes += WITH_PARTS if "{" in path else ()
    codes += WITH_BODY if "requestBody" in operation else ()
    responses = operation["responses"]
    for code in codes:
        responses.setdefault(str(code), {"description": HTTPStatus(code).phrase, **ERROR})
    operation["responses"] = dict(sorted(responses.items()))
