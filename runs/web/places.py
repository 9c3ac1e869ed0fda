"""Where the parts of a run's or a job's page are asked for."""

from dataclasses import dataclass

from django.urls import reverse

from runs.executed import Executed
from runs.models import Run


@dataclass(frozen=True)
class Place:
    """The addresses of one page and its sockets; each ends so that more of a query can follow.

    `base` is percent-encoded; `root` tells a job from others of the same key.
    """

    noun: str
    base: str
    root: int | None = None

    @property
    def query(self) -> str:
        return "" if self.root is None else f"root={self.root}&"

    @property
    def page(self) -> str:
        return f"{self.base}?{self.query}"

    def part(self, name: str) -> str:
        return f"{self.base}{name}/?{self.query}"

    @property
    def header(self) -> str:
        return self.part("header")

    @property
    def log_lines(self) -> str:
        return self.part("log/lines")

    @property
    def log_search(self) -> str:
        return self.part("log/search")

    @property
    def log_raw(self) -> str:
        return self.part("log/raw")

    @property
    def socket(self) -> str:
        return f"/ws{self.page}"

    @property
    def log_socket(self) -> str:
        return f"/ws{self.part('log')}"

    @property
    def progress_socket(self) -> str:
        return f"/ws{self.part('progress')}"


def place_of(executed: Executed) -> Place:
    """A job under a later root than the first names its root, as its address does."""
    if isinstance(executed, Run):
        return Place("run", reverse("run", args=[executed.pk]))
    root = executed.root_id if executed.root.position else None
    return Place("job", reverse("job", args=executed.path.parts), root)
