"""Send a file or a part of it, or a whole directory as a zip, piece by piece."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

from runs.errors import NotFound, PassingFault, PathOutside
from runs.files.artifacts import UNENCODABLE, walk_files
from runs.files.regular import Confined, Readable, open_regular, pread_full, within

CHUNK_BYTES = 256 * 1024
# Eighteen digits are an exabyte; longer numbers are no ranges but attacks on int().
RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
COMPRESSION_LEVEL = 3
# Packed already: to deflate them again costs time and saves nothing.
PACKED = frozenset(
    {".gz", ".zip", ".npz", ".png", ".jpg", ".jpeg", ".webp", ".bz2", ".xz", ".zst", ".7z", ".mp4"}
)
MISSING_NOTE = "NOT-IN-THIS-ARCHIVE.txt"


@dataclass(frozen=True)
class ByteRange:
    """Bytes `start` up to but without `stop`."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


@dataclass(frozen=True)
class Unsatisfiable:
    """Answer 416, with this Content-Range."""

    size: int

    def content_range(self) -> str:
        return f"bytes */{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | Unsatisfiable | None:
    """What a Range header asks of `size` bytes; None: send all of it, with 200 (RFC 9110, 14.2).

    A header that is malformed, in other units or of several ranges is ignored, as the RFC allows.
    """
    match = RANGE.fullmatch(header or "")
    if not match or match.group(1, 2) == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return _suffix(int(last), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        return Unsatisfiable(size)
    return ByteRange(start, min(int(last) + 1, size) if last else size)


def _suffix(length: int, size: int) -> ByteRange | Unsatisfiable | None:
    if length == 0:
        return Unsatisfiable(size)
    # All of an empty file cannot be written as a Content-Range.
    return ByteRange(max(0, size - length), size) if size else None


async def file_chunks(
    path: Readable, start: int, stop: int, chunk: int = CHUNK_BYTES
) -> AsyncIterator[bytes]:
    """Bytes `start` to `stop` of a file, read in a thread, each when the one before was taken.

    Raises PassingFault where the file became shorter meanwhile: the answer's length is promised,
    so its connection has to break.
    """
    with open_regular(path, follow=False) as descriptor:
        while start < stop:
            wanted = min(chunk, stop - start)
            data = await asyncio.to_thread(pread_full, descriptor, wanted, start)
            if not data:
                raise PassingFault(f"{path.name} became shorter while it was sent.")
            start += len(data)
            yield data


def zip_chunks(root: Path) -> Generator[bytes, None, None]:
    """A zip of the files under `root`, a real path, made while it is read; no symlink, nothing
    hidden, and nothing from elsewhere, whatever is put in a folder's place meanwhile.

    A log that grows is packed as long as it was. What vanishes or cannot be read is named in a
    note inside the archive.
    """
    archive = ZipStream(compress_type=ZIP_DEFLATED, compress_level=COMPRESSION_LEVEL)
    missing: list[str] = []
    for relative, item in walk_files(root):
        name = UNENCODABLE.sub("\ufffd", relative)
        yield from _packed(archive, within(root, Path(item.path)), name, missing)
    if missing:
        note = "These files vanished or could not be read to their end:\n" + "\n".join(missing)
        archive.add(note + "\n", MISSING_NOTE)
    yield from archive.finalize()


def _packed(archive: ZipStream, file: Confined, name: str, missing: list[str]) -> Iterator[bytes]:
    try:
        with open_regular(file, follow=False) as descriptor:
            size = os.fstat(descriptor).st_size
            content = _content(descriptor, size, name, missing)
            kind = ZIP_STORED if file.path.suffix.lower() in PACKED else ZIP_DEFLATED
            archive.add(content, name, size=size, compress_type=kind)
            yield from archive.file()
    except PathOutside:
        # its name is not ours to tell either
        return
    except (OSError, NotFound):
        missing.append(name)


def _content(descriptor: int, size: int, name: str, missing: list[str]) -> Iterator[bytes]:
    at = 0
    while at < size:
        try:
            data = pread_full(descriptor, min(CHUNK_BYTES, size - at), at)
        except OSError:
            data = b""
        if not data:
            # The entry has begun and has to end: short, and said so.
            missing.append(name)
            return
        at += len(data)
        yield data


async def in_thread(pieces: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """The bytes of a blocking generator in pieces of some 256 KiB, made in a thread on demand."""
    # A reader that goes away leaves its thread inside the generator, which then cannot be closed.
    busy = Lock()
    try:
        while data := await asyncio.to_thread(_gather, pieces, busy):
            yield data
    finally:
        asyncio.get_running_loop().run_in_executor(None, _close, pieces, busy)


def _gather(pieces: Generator[bytes, None, None], busy: Lock) -> bytes:
    gathered = bytearray()
    with busy:
        for piece in pieces:
            gathered += piece
            if len(gathered) >= CHUNK_BYTES:
                break
    return bytes(gathered)


def _close(pieces: Generator[bytes, None, None], busy: Lock) -> None:
    with busy:
        pieces.close()
