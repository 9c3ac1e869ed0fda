"""The files a simulation produces: nothing in them depends on when or where it ran."""

import csv
import io
from dataclasses import asdict
from pathlib import Path

from runs.simulator.reader import Values
from runs.simulator.results import LoadResult
from runs.simulator.storage import write_json, write_text

COLUMNS = (
    "erlang",
    "blocking_probability",
    "ci_lower",
    "ci_upper",
    "bit_rate_blocking",
    "mean_hops",
    "link_utilization",
    "iterations",
)


class OutputDirectory:
    def __init__(self, path: Path, config: Values) -> None:
        self.path = path
        self.config = config

    def write_config(self) -> None:
        """What was really read, defaults and seed included."""
        write_json(self.path / "effective_config.json", self.config)

    def write_load(self, result: LoadResult) -> None:
        name = f"load_{result.erlang:.10g}.json"
        write_json(self.path / name, {**asdict(result), "config": self.config})

    def write_table(self, results: list[LoadResult]) -> None:
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(_row(result) for result in results)
        write_text(self.path / "blocking_probability.csv", text.getvalue())


def _row(result: LoadResult) -> list[float | None]:
    figures = {**asdict(result), "iterations": len(result.iterations)}
    return [figures[column] for column in COLUMNS]
