"""Programs that members may launch."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router

from runs.api.authentication import needs
from runs.api.paging import PagingQuery, page_answer
from runs.api.schemas.base import PageOf
from runs.api.schemas.program import ProgramOut
from runs.errors import ProgramNotFound
from runs.lists.paging import text
from runs.models import Program
from runs.models.token import Scope

router = Router(tags=["programs"], auth=needs(Scope.READ))
COLUMNS = (text("slug"),)


@router.get("", response=PageOf[ProgramOut])
def list_programs(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    programs = Program.objects.all()
    return page_answer(programs, COLUMNS, "slug", paging, lambda keys: in_order(programs, keys))


def in_order(rows: QuerySet[Any], keys: list[Any]) -> list[Any]:
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


@router.get("/{slug}/schema", response=dict[str, Any])
def program_schema(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The JSON Schema that configurations of the program are checked against."""
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        raise ProgramNotFound("There is no such program.")
    return program.schema
