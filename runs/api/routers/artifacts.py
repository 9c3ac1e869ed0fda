"""Files of runs and jobs: what there is, each of them, a look into one, all as a zip."""

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Query

from runs.api.executed import ExecutedRouter
from runs.api.paging import PagingQuery
from runs.api.responses import answers, streams
from runs.api.schemas.artifact import (
    WORDS,
    FileKey,
    FolderAsked,
    ListingOut,
    PreviewOut,
    listing_out,
    preview_out,
)
from runs.api.words import unmarked
from runs.errors import ArtifactNotFound
from runs.executed import Executed, artifact_of, home_of
from runs.files.artifacts import list_directory, resolve_inside
from runs.files.preview import preview
from runs.http import converters  # noqa: F401  (addresses below use its `suffix`)
from runs.http.downloads import file_response, zip_response

router = ExecutedRouter()


@router.get("/artifacts", response=answers(ListingOut, 404))
def artifacts(
    request: HttpRequest, executed: Executed, folder: Query[FolderAsked], paging: PagingQuery
) -> ListingOut:
    """Files and folders below the directory; hidden ones are left out."""
    path = folder.path.strip("/")
    home = home_of(executed)
    return listing_out(path, list_directory(home, path, limit=paging.limit, after=paging.cursor))


@router.get(
    "/artifacts.zip",
    response=answers(None, 404),
    openapi_extra=streams("application/zip"),
)
def artifacts_zip(
    request: HttpRequest, executed: Executed, folder: Query[FolderAsked]
) -> StreamingHttpResponse:
    """A folder, or all, as a zip made while it is sent; no symlink is followed."""
    path = folder.path.strip("/")
    directory = resolve_inside(home_of(executed), path)
    if not directory.is_dir():
        raise ArtifactNotFound(f"{path} is not a folder.")
    name = path.replace("/", "-") or executed.name
    return zip_response(directory, f"{name}-{executed.directory.name}.zip")


@router.get("/artifacts/{suffix:path}/preview", response=answers(PreviewOut, 404))
def artifact_preview(request: HttpRequest, executed: Executed, file: Path[FileKey]) -> PreviewOut:
    """What a file holds, nothing of it run or rendered; a mebibyte of it is read at most."""
    return preview_out(preview(artifact_of(executed, unmarked(file.path, WORDS))))


@router.get(
    "/artifacts/{suffix:path}",
    response=answers(None, 404),
    openapi_extra=streams("*/*", 206, 416),
)
def artifact(
    request: HttpRequest, executed: Executed, file: Path[FileKey]
) -> StreamingHttpResponse:
    """One file, always as an attachment; `Range` and `If-Range` are honoured."""
    path = unmarked(file.path, WORDS)
    return file_response(request, artifact_of(executed, path), path.rpartition("/")[2])
