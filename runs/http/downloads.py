"""Answers that stream: a file or a range of it, a folder as a zip. Always attachments."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header, http_date

from runs.errors import ArtifactNotFound
from runs.files.download import (
    ByteRange,
    Unsatisfiable,
    file_chunks,
    in_thread,
    parse_range,
    zip_chunks,
)
from runs.files.preview import image_type
from runs.files.regular import Readable, open_regular, pread_full

HEAD_BYTES = 16


def file_response(request: HttpRequest, path: Readable, name: str) -> StreamingHttpResponse:
    """All of a file, or the range asked for (206, 416). Raises NotFound.

    Only images keep their type, so that a page can show them: what a run wrote must never be
    read as a document of this site.
    """
    try:
        with open_regular(path) as descriptor:
            found = os.fstat(descriptor)
            head = pread_full(descriptor, HEAD_BYTES, 0)
    except OSError as error:
        raise ArtifactNotFound(f"There is no {name}.") from error
    size = found.st_size
    etag = f'"{found.st_mtime_ns:x}-{size:x}"'
    wanted = wanted_range(request, size, etag)
    response = ranged(path.resolve() if isinstance(path, Path) else path, wanted, size)
    response["Content-Type"] = image_type(head) or "application/octet-stream"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Last-Modified"] = http_date(found.st_mtime)
    return as_attachment(response, name)


def wanted_range(request: HttpRequest, size: int, etag: str) -> ByteRange | Unsatisfiable | None:
    """None asks for all: also where the file is no longer the one the rest belongs to."""
    if request.headers.get("If-Range", etag) != etag:
        return None
    return parse_range(request.headers.get("Range"), size)


def ranged(
    path: Readable, wanted: ByteRange | Unsatisfiable | None, size: int
) -> StreamingHttpResponse:
    if isinstance(wanted, Unsatisfiable):
        response = StreamingHttpResponse(nothing(), status=416)
        response["Content-Range"] = wanted.content_range()
        return response
    part = wanted or ByteRange(0, size)
    chunks = file_chunks(path, part.start, part.stop)
    response = StreamingHttpResponse(chunks, status=206 if wanted else 200)
    response["Content-Length"] = str(part.stop - part.start)
    if wanted:
        response["Content-Range"] = wanted.content_range(size)
    return response


def zip_response(directory: Path, name: str) -> StreamingHttpResponse:
    """A folder as a zip made while it is sent; its length is not known before."""
    response = StreamingHttpResponse(in_thread(zip_chunks(directory)))
    response["Content-Type"] = "application/zip"
    return as_attachment(response, name)


def as_attachment(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-cache"
    return response


async def nothing() -> AsyncIterator[bytes]:
    return
    yield b""
