"""The API under /api/v1/: one router a noun, the same services as the pages."""

import functools
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.operation import Operation

from runs.errors import InvalidInput
from runs.models.token import Scope

from .authentication import needs
from .document import document_text
from .errors import add_error_handlers
from .parser import BoundedParser
from .routers import (
    alerts,
    artifacts,
    batches,
    checkpoints,
    jobs,
    log,
    programs,
    progress,
    projects,
    runs,
    sessions,
    stats,
    streams,
    templates,
    topologies,
)

# By the start of their addresses, in the order of the documentation.
ROUTERS: list[tuple[str, Router]] = [
    ("/runs", runs.router),
    ("/programs", programs.router),
    ("/templates", templates.router),
    ("/topologies", topologies.router),
    ("/runs", topologies.run_router),
    ("/jobs", jobs.router),
    *log.router.mounted,
    *progress.router.mounted,
    *streams.router.mounted,
    *artifacts.router.mounted,
    ("/batches", batches.router),
    ("/projects", projects.router),
    ("/checkpoints", checkpoints.router),
    ("/stats", stats.router),
    ("/sessions", sessions.router),
    ("/alerts", alerts.router),
]


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def build() -> NinjaAPI:
    api = Api(
        title="fusionweb",
        version="1",
        urls_namespace="api",
        parser=BoundedParser(),
        # ninja's own are for everybody, and load scripts from elsewhere
        openapi_url=None,
    )
    add_error_handlers(api)
    for prefix, router in ROUTERS:
        api.add_router(prefix, router)
    add_document(api)
    for operation in operations(api):
        operation.view_func = refusing_unknown(operation)
    return api


def add_document(api: NinjaAPI) -> None:
    @api.get("/openapi.json", auth=needs(Scope.READ), include_in_schema=False, url_name="openapi")
    def openapi(request: HttpRequest) -> HttpResponse:
        return HttpResponse(document_text(api), content_type="application/json")


def operations(api: NinjaAPI) -> Iterator[Operation]:
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def refusing_unknown(operation: Operation) -> Any:
    """Its function, for addresses without parameters that it does not know.

    A filter with a typo would otherwise answer with everything, and nobody would notice.
    """
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }
    view = operation.view_func

    @functools.wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        for name in request.GET:
            if name not in known:
                names = ", ".join(sorted(known)) or "none"
                raise InvalidInput(
                    f"There is no parameter {name[:100]} here. There are: {names}.", name[:100]
                )
        return view(request, **values)

    return checked
