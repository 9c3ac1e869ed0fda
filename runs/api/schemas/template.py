"""Templates as a script sees them, and configurations it has checked."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from .base import Body, Fault
from .run import Name, Text


class TemplateItem(Schema):
    program: str
    name: str
    title: str
    description: str
    format: str
    modified_at: datetime
    size_bytes: int


class TemplateOut(TemplateItem):
    text: str


class ToValidate(Body):
    """A configuration, or a template where there is none."""

    program: Name
    config: Text | None = None
    template: Annotated[str, Field(max_length=300)] | None = None
    overrides: dict[str, Any] = {}


class Verdict(Schema):
    """`warnings` keep nobody from launching it, but for a program that cannot be launched."""

    valid: bool
    errors: list[Fault]
    warnings: list[Fault]
