"""Whose request it is, as far as the network tells."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any


def client_address(meta: Mapping[str, Any]) -> str | None:
    """The client's IP address out of `request.META`; None where it is none, as in a test."""
    try:
        return str(ip_address(str(meta.get("REMOTE_ADDR", ""))))
    except ValueError:
        return None
