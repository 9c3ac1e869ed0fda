"""Words of ours at the end of an address whose beginning is a name that others chose.

`…/ntoks/config` is the configuration of the checkpoint `ntoks`. Where a checkpoint or a file is
itself called so, a `~` before the word says that it is part of the name: `…/ntoks/~config`.
"""

from collections.abc import Collection
from urllib.parse import quote

MARK = "~"


def is_word(segment: str, words: Collection[str]) -> bool:
    """Also with marks before it, so that a name with a mark can be written with one more."""
    return segment.lstrip(MARK) in words


def marked(name: str, words: Collection[str]) -> str:
    """The name as it stands in an address, percent-encoded, slashes as they are."""
    before, slash, last = name.rpartition("/")
    if is_word(last, words):
        last = MARK + last
    return quote(before + slash + last, safe="/~")


def unmarked(written: str, words: Collection[str]) -> str:
    """The name that an address means; it is decoded already."""
    before, slash, last = written.rpartition("/")
    if last.startswith(MARK) and is_word(last, words):
        last = last.removeprefix(MARK)
    return before + slash + last
