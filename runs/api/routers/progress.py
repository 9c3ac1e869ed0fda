"""Progress of runs and jobs: the events of `progress.jsonl`, by byte offset."""

from django.http import HttpRequest
from ninja import Query

from runs.api.executed import ExecutedRouter
from runs.api.responses import answers
from runs.api.schemas.log import ProgressOut, ProgressPart, progress_out
from runs.contract.layout import PROGRESS
from runs.contract.progress_lines import read_whole_lines
from runs.executed import Executed, confined

router = ExecutedRouter()


@router.get("/progress", response=answers(ProgressOut, 404))
def progress(request: HttpRequest, executed: Executed, part: Query[ProgressPart]) -> ProgressOut:
    """Events as they were written, whole lines, about 256 KiB of them: go on from `next`."""
    return progress_out(read_whole_lines(confined(executed, PROGRESS), part.offset))
