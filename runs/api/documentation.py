"""The documentation page, made from the OpenAPI document: chapters of operations."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from .document import document

Schema = dict[str, Any]
LIMITS = {
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "to {}",
    "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}
EXAMPLES = {"string": "…", "integer": 1, "number": 0.5, "boolean": True, "array": [], "object": {}}


@dataclass(frozen=True)
class Value:
    """A parameter or a field: `kind` in words, `limits` such as "at most 100 characters"."""

    name: str
    kind: str
    limits: str
    required: bool
    default: str
    description: str
    where: str = ""


@dataclass(frozen=True)
class Answer:
    """`fields` of the object that comes back, where one does."""

    status: str
    words: str
    kind: str
    fields: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Value]
    body: list[Value]
    answers: list[Answer]
    errors: list[Answer]
    curl: str


@dataclass
class Chapter:
    title: str
    calls: list[Call] = field(default_factory=list)


def documentation_page(api: NinjaAPI) -> Any:
    """The view of that API's documentation, for whoever is logged in."""

    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        origin = f"{request.scheme}://{request.get_host()}"
        context = {"chapters": Book(document(api), origin).chapters(), "origin": origin}
        return render(request, "api/docs.html", context)

    return page


class Book:
    """Reads an OpenAPI document; `origin` is where examples ask."""

    def __init__(self, found: Schema, origin: str) -> None:
        self.origin = origin
        self.paths: Schema = found["paths"]
        self.schemas: Schema = found["components"]["schemas"]

    def chapters(self) -> list[Chapter]:
        """By their first tag, in the order of the document."""
        found: dict[str, Chapter] = {}
        for path, methods in self.paths.items():
            for method, operation in methods.items():
                title = operation["tags"][0]
                chapter = found.setdefault(title, Chapter(title))
                chapter.calls.append(self.call(method, path, operation))
        return list(found.values())

    def call(self, method: str, path: str, operation: Schema) -> Call:
        body = self.body_of(operation)
        answers = [self.answer(*item) for item in operation["responses"].items()]
        return Call(
            name=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=operation.get("description", ""),
            parameters=[self.parameter(each) for each in operation["parameters"]],
            body=self.fields(body),
            answers=[answer for answer in answers if answer.status < "4"],
            errors=[answer for answer in answers if answer.status >= "4"],
            curl=self.curl(method, path, self.first_kind(operation)),
        )

    def body_of(self, operation: Schema) -> Schema:
        """Of a body of several kinds the fields of all."""
        plain = self.plain(schema_of(operation.get("requestBody", {})))
        return self.together(plain["oneOf"]) if "oneOf" in plain else plain

    def first_kind(self, operation: Schema) -> Schema:
        plain = self.plain(schema_of(operation.get("requestBody", {})))
        return self.plain(plain["oneOf"][0]) if "oneOf" in plain else plain

    def together(self, choices: list[Schema]) -> Schema:
        """Each choice has its own `kind`."""
        bodies = [self.plain(each) for each in choices]
        names = dict.fromkeys(name for body in bodies for name in body["properties"])
        needed = [name for name in names if all(name in body["required"] for body in bodies)]
        return {"properties": {name: shared(name, bodies) for name in names}, "required": needed}

    def parameter(self, found: Schema) -> Value:
        return self.value(found["name"], found["schema"], bool(found.get("required")), found["in"])

    def fields(self, schema: Schema) -> list[Value]:
        """Those that must be there first."""
        required = schema.get("required", [])
        found = [
            self.value(name, each, name in required)
            for name, each in schema.get("properties", {}).items()
        ]
        return sorted(found, key=lambda value: not value.required)

    def value(self, name: str, schema: Schema, required: bool, where: str = "") -> Value:
        plain = self.plain(schema)
        default = schema.get("default")
        return Value(
            name=name,
            kind=self.kind(schema),
            limits=limits_of(plain),
            required=required,
            default="" if default in (None, "", []) else str(default),
            description=schema.get("description", ""),
            where=where,
        )

    def plain(self, schema: Schema) -> Schema:
        """What a reference, or a choice between something and nothing, comes to."""
        if "$ref" in schema:
            return self.plain(self.schemas[schema["$ref"].rpartition("/")[2]])
        choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
        choices = choices or schema.get("allOf", [])
        return self.plain(choices[0]) if len(choices) == 1 else schema

    def kind(self, schema: Schema) -> str:
        if "anyOf" in schema:
            kinds = dict.fromkeys(self.kind(choice) for choice in schema["anyOf"])
            return " or ".join(kinds)
        plain = self.plain(schema)
        if "enum" in plain:
            return " or ".join(str(word) for word in plain["enum"])
        if plain.get("type") == "array":
            return f"list of {self.kind(plain['items'])}" if plain.get("items") else "list"
        if plain.get("properties"):
            return f"{{{', '.join(plain['properties'])}}}"
        return str(plain.get("format") or plain.get("type") or "anything")

    def answer(self, status: str, response: Schema) -> Answer:
        schema = schema_of(response)
        plain = self.plain(schema)
        items = self.plain(plain.get("properties", {}).get("items", {})).get("items", {})
        shown = self.plain(items) if items else plain
        kind = media_of(response) or "nothing"
        return Answer(status, HTTPStatus(int(status)).phrase, kind, self.fields(shown))

    def curl(self, method: str, path: str, body: Schema) -> str:
        address = re.sub(r"{(\w+)}", lambda part: part[1].upper(), path)
        lines = [f'curl -H "Authorization: Bearer $TOKEN" {self.origin}{address}']
        if method != "get":
            lines[0] = lines[0].replace("curl", f"curl -X {method.upper()}", 1)
        if body.get("properties"):
            lines.append(f"  -d '{self.example(body)}'")
        return " \\\n".join(lines)

    def example(self, body: Schema) -> str:
        """Of the fields that must be there, or of the first."""
        names = body.get("required") or list(body["properties"])[:1]
        pairs = (f'"{name}": {self.example_of(body["properties"][name])}' for name in names)
        return f"{{{', '.join(pairs)}}}"

    def example_of(self, schema: Schema) -> str:
        plain = self.plain(schema)
        if "const" in plain:
            return f'"{plain["const"]}"'
        if "enum" in plain:
            return f'"{plain["enum"][0]}"'
        example = EXAMPLES.get(str(plain.get("type")), "…")
        return f'"{example}"' if isinstance(example, str) else str(example).lower()


def shared(name: str, bodies: list[Schema]) -> Schema:
    """A field of one or several kinds of a body, with what only one of them has to do with it."""
    having = [body for body in bodies if name in body["properties"]]
    field: Schema = having[0]["properties"][name]
    if name == "kind":
        return {"enum": [body["properties"]["kind"]["const"] for body in bodies]}
    if len(having) == len(bodies):
        return field
    kind = having[0]["properties"]["kind"]["const"]
    needs = ", which needs it" if name in having[0]["required"] else ""
    return {**field, "description": f"Of a {kind} alone{needs}."}


def media_of(message: Schema) -> str:
    return next(iter(message.get("content", {})), "")


def schema_of(message: Schema) -> Schema:
    found: Schema = message.get("content", {}).get(media_of(message), {}).get("schema", {})
    return found


def limits_of(schema: Schema) -> str:
    """In words, of what bounds it."""
    found = [words.format(f"{schema[key]:,}") for key, words in LIMITS.items() if key in schema]
    return ", ".join(found).replace(", to ", " to ").replace(", below ", " to below ")
