"""Write the table into docs/access.md: `python -m tests.access.document`."""

import os
from pathlib import Path

from .rules import ACTORS, HIDDEN, LOGIN, REFUSED, SOME, TITLES, YES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
WORDS = {YES: "yes", SOME: "what they see", HIDDEN: "404", REFUSED: "403", LOGIN: "login"}
CODES = {HIDDEN: "4404", REFUSED: "4403", LOGIN: "4401"}


def tables():
    """The same rows that the walk tries, in three tables."""
    from .routes import page_routes
    from .table import CALLS, PAGES, SOCKETS

    addresses = page_routes()
    parts = [("Pages", PAGES, WORDS), ("API", CALLS, WORDS), ("Sockets", SOCKETS, WORDS | CODES)]
    return "\n".join(
        part
        for title, rows, words in parts
        for part in (f"### {title}\n", *table(rows, words, addresses), "")
    )


def table(rows, words, addresses):
    yield f"| | {' | '.join(TITLES)} |"
    yield f"| --- |{' --- |' * len(TITLES)}"
    for row in rows:
        cells = [words[row.rule.of(actor)] for actor in ACTORS]
        yield f"| {told(row, addresses)} | {' | '.join(cells)} |"


def told(row, addresses):
    method = "" if row.method == "SOCKET" else f"{row.method} "
    address = "/" + addresses.get(row.route, row.route).replace("{", "<").replace("}", ">")
    return f"`{method}{address}`" + (f": {row.note}" if row.note else "")


def page_with(tables):
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}{tables}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    PAGE.write_text(page_with(tables()))
