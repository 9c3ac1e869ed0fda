"""Programs that members may launch."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from runs.api.authentication import needs
from runs.api.filtering import rows_in_order
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

    def shown(keys: list[Any]) -> list[Program]:
        return rows_in_order(programs, keys)

    return page_answer(programs, COLUMNS, "slug", paging, shown)


@router.get("/{slug}/schema", response=dict[str, Any])
def program_schema(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The JSON Schema that configurations of the program are checked against."""
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        raise ProgramNotFound("There is no such program.")
    return program.schema
