"""The API under /api/v1/: one router a noun, the same services as the pages."""

from ninja import NinjaAPI, Router

from .errors import add_error_handlers
from .routers import programs

# By the start of their addresses, in the order of the documentation.
ROUTERS: list[tuple[str, Router]] = [
    ("/programs", programs.router),
]


def build() -> NinjaAPI:
    api = NinjaAPI(title="fusionweb", version="1", urls_namespace="api")
    add_error_handlers(api)
    for prefix, router in ROUTERS:
        api.add_router(prefix, router)
    return api
