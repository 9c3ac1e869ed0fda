"""The values of one metric at one point and load, as pictures take them."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.analysis.result import Summary

from .numbers import counted


@dataclass(frozen=True)
class Sample:
    """`values` are [iteration number, value], finite ones alone; `index` chooses the colour.

    `missing` counts iterations without the metric, `not_finite` those that wrote no finite
    number. The seed of iteration i is `base_seed + i`.
    """

    label: str
    values: Sequence[tuple[int, float]]
    summary: Summary | None
    base_seed: int = 0
    missing: int = 0
    not_finite: int = 0
    index: int = 0

    @property
    def numbers(self) -> list[float]:
        return [value for _, value in self.values]

    def seed(self, number: int) -> int:
        return self.base_seed + number


def lack_notes(samples: Sequence[Sample]) -> list[str]:
    """What is not in the picture although its iteration completed."""
    notes = []
    for sample in samples:
        whose = f"{sample.label}: " if sample.label and len(samples) > 1 else ""
        if sample.missing:
            verb = "does" if sample.missing == 1 else "do"
            notes.append(f"{whose}{counted(sample.missing, 'iteration')} {verb} not have it.")
        if sample.not_finite:
            what = "wrote no finite number (NaN or infinity)"
            notes.append(f"{whose}{counted(sample.not_finite, 'iteration')} {what}.")
    return notes
