"""Modulation formats: the farther the path, the fewer bits a symbol."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

MODULATIONS_PATH = Path(__file__).parent / "modulations.json"


@dataclass(frozen=True)
class Modulation:
    name: str
    bits_per_symbol: int
    max_length_km: float


def load_modulations(assumption: str) -> list[Modulation]:
    """The formats of a `mod_assumption`, densest first; KeyError for an unknown one."""
    tables = json.loads(MODULATIONS_PATH.read_text(encoding="utf-8"))
    formats = [Modulation(**entry) for entry in tables[assumption]]
    return sorted(formats, key=lambda modulation: -modulation.bits_per_symbol)


def choose_modulation(formats: list[Modulation], length_km: float) -> Modulation | None:
    """The densest format that reaches `length_km`; None where none does."""
    for modulation in formats:
        if length_km <= modulation.max_length_km:
            return modulation
    return None


def slots_needed(bandwidth_gbps: float, modulation: Modulation, slot_ghz: float) -> int:
    """Slots without guard band; a slot carries `slot_ghz` Gb/s for each bit per symbol."""
    return math.ceil(bandwidth_gbps / (slot_ghz * modulation.bits_per_symbol) - 1e-9)
