"""Rows as CSV for a spreadsheet, which must not compute what somebody has written into a name."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# A cell that begins so is a formula to a spreadsheet, and names come from anybody.
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8, with what no encoding has as a question mark; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8", "replace")


def harmless(cell: Any) -> Any:
    """Text that begins like a formula, as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
