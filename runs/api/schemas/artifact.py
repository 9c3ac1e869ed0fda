"""Files of a run or job as a script sees them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import BaseModel, Field

from runs.api.filtering import Word
from runs.api.words import marked
from runs.files.artifacts import Entry, Listing
from runs.files.preview import Preview

# At the end of a file's address it asks for a look into the file.
WORDS = ("preview",)


class FileKey(Schema):
    path: Annotated[
        Word,
        Field(
            description="A file, relative to the directory. One that is itself called `preview` "
            "has a `~` before its name: `results/~preview`."
        ),
    ]


class FolderAsked(Schema):
    path: Annotated[Word, Field(description="A folder; empty for the directory itself.")] = ""


class EntryOut(BaseModel):
    """`address` is where the file is downloaded, relative to `…/artifacts/`; null for a folder.

    A file whose name is not UTF-8 can be had through the zip alone, and has no address either.
    """

    name: str
    path: str
    type: Literal["file", "directory"]
    size_bytes: int
    modified_at: datetime
    address: str | None


class ListingOut(BaseModel):
    """Folders first, each kind in natural order; `total` stops at 100,000.

    `entries` are the `items` once more, by the name that scripts of earlier systems know.
    """

    path: str
    items: list[EntryOut]
    entries: list[EntryOut]
    next: str | None
    total: int


class PreviewOut(BaseModel):
    """`kind` is text, json, csv, image, binary, empty or too_large.

    `text` is the beginning of the file (of a binary one a hex dump), `columns` and `rows` a
    table's; `note` is a sentence where something is not as its name says. Images are downloaded.
    """

    kind: str
    media_type: str
    size_bytes: int
    text: str
    columns: list[str]
    rows: list[list[str]]
    truncated: bool
    note: str


def listing_out(path: str, listing: Listing) -> ListingOut:
    items = [entry_out(entry) for entry in listing.entries]
    return ListingOut(
        path=path,
        items=items,
        entries=items,
        next=listing.cursor or None,
        total=listing.total,
    )


def entry_out(entry: Entry) -> EntryOut:
    has_address = entry.type == "file" and "\ufffd" not in entry.name
    address = marked(entry.path, WORDS) if has_address else None
    return EntryOut(**asdict(entry), address=address)


def preview_out(found: Preview) -> PreviewOut:
    return PreviewOut(**asdict(found))
