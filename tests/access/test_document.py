"""docs/access.md says what is tried."""

from .document import PAGE, page_with, tables


def test_the_document_is_of_this_table():
    assert PAGE.read_text() == page_with(tables()), "run: python -m tests.access.document"
