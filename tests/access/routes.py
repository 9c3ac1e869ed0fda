"""Every route the project has, out of its own address tables."""

import re
from functools import cache
from urllib.parse import quote

from django.urls import URLResolver, get_resolver

from runs.web.routing import socket_urlpatterns

# Without a name: the admin site's own login, and what answers that there is no such call.
UNNAMED = {"admin/login/", "^api(?:/|$)", "api/v1/", "api/v1/^.*$"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def normal(route):
    """`runs/<str:run_id>/` as the table writes it: `runs/{run_id}/`."""
    return PARAMETER.sub(r"{\1}", route)


def patterns(resolver, prefix=""):
    """(namespace, whole route, name) of every pattern below."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            namespace = pattern.namespace
            for below in patterns(pattern, route):
                yield (namespace or below[0], *below[1:])
        else:
            yield None, route, pattern.name


@cache
def page_routes():
    """Route by name; the admin site is one."""
    found = {}
    for namespace, route, name in patterns(get_resolver()):
        if namespace == "admin":
            found["admin"] = "admin/"
        elif namespace != "api" and route not in UNNAMED:
            assert name, f"{route} has no name"
            found[name] = normal(route)
    return found


def call_routes():
    """Addresses of the API, without methods: also those that its document leaves out."""
    found = {route for space, route, _ in patterns(get_resolver()) if space == "api"}
    return {normal(route) for route in found - UNNAMED}


def call_keys(document):
    """Method and address of every operation in the OpenAPI document."""
    return {
        f"{method.upper()} {path.removeprefix('/')}"
        for path, methods in document["paths"].items()
        for method in methods
    }


def socket_routes():
    found = (normal(str(pattern.pattern)) for pattern in socket_urlpatterns)
    return {route for route in found if route}


def address_of(row, values):
    """Where a row is asked for, with what the world has for each part of its address."""
    route = page_routes().get(row.route, row.route)
    filled = {name: str(value).format(**values) for name, value in row.args.items()}
    parts = {name: quote(str(value), safe="/") for name, value in {**values, **filled}.items()}
    query = f"?{row.query.format(**values)}" if row.query else ""
    return f"/{route.format(**parts)}{query}"
