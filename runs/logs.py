"""How a line of the log looks: for people, or one JSON object a line for machines.

Both carry the trace id of the request they belong to, and neither ever what lets somebody in:
tokens and login links are taken out of the finished line, whoever wrote it.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from runs.asking import asker

LETS_IN = re.compile(
    r"""(/accounts/link/)[^/\s"'?\\]+"""
    r"""|\bfw_[\w-]{16,}"""
    r"""|(\bBearer\s+)[^\s"'\\]+"""
    r"""|(\b(?:token|password|secret|csrfmiddlewaretoken|sessionid)=)[^&\s"';\\]+""",
    re.IGNORECASE,
)
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def fields(**values: Any) -> dict[str, Any]:
    """For `extra=`: what a line says as fields of its own in the JSON format."""
    return {"fields": values}


def without_secrets(line: str) -> str:
    return LETS_IN.sub(lambda found: f"{''.join(filter(None, found.groups()))}…", line)


def one_line(text: str) -> str:
    """What came from outside must not look like a line of its own."""
    return text.translate(CONTROLS)


def trace_of(record: logging.LogRecord) -> str:
    """Of the line itself where it is written after its request, as the end of a stream is."""
    said: str | None = getattr(record, "fields", {}).get("trace_id")
    return said or asker().trace_id


class Plain(logging.Formatter):
    """`2026-11-21 14:31:32,123 INFO    runs.requests: GET /runs/ 200 … [1f2e3d4c5b6a7988]`"""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        line = super().formatMessage(record)
        trace_id = trace_of(record)
        return f"{line} [{trace_id}]" if trace_id else line

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class Json(logging.Formatter):
    """`at`, `level`, `logger`, `message`, what the line says of itself; `stack` of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace_id := trace_of(record):
            line["trace_id"] = trace_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, default=str))
