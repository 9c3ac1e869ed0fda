"""Programs as a script sees them."""

from typing import Any

from ninja import Schema


class ProgramOut(Schema):
    """The JSON Schema of its configuration may be long, and is a call of its own."""

    slug: str
    title: str
    description: str
    config_format: str
    enabled: bool
    metrics: list[dict[str, Any]]
