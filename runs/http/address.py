"""Whose request it is, as far as the network tells.

A proxy in front of us writes the client's address into `X-Forwarded-For`; anybody else may write
there what they like. So the header is read from its end, and only past proxies that
FUSIONWEB_TRUSTED_PROXIES names.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(meta: Mapping[str, Any]) -> str | None:
    """The client's IP address out of `request.META`; None where it is none, as in a test."""
    near = read(str(meta.get("REMOTE_ADDR", "")))
    if near is None or not is_proxy(near):
        return str(near) if near else None
    for written in reversed(str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
        before = read(written)
        if before is None:
            break
        near = before
        if not is_proxy(near):
            break
    return str(near)


def address_of_request(request: HttpRequest) -> str | None:
    """The same, for what counts failed logins."""
    return client_address(request.META)


def address_of_scope(scope: Mapping[str, Any]) -> str | None:
    """The same, of a socket's ASGI scope."""
    client = scope.get("client") or [""]
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    written = b",".join(forwarded).decode("latin1")
    return client_address({"REMOTE_ADDR": client[0], "HTTP_X_FORWARDED_FOR": written})


def read(written: str) -> Address | None:
    """An IPv4 address that a socket of both families wrote as IPv6 is the IPv4 one."""
    try:
        address = ip_address(written.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_proxy(address: Address) -> bool:
    return any(address in network for network in settings.FUSIONWEB_TRUSTED_PROXIES)
