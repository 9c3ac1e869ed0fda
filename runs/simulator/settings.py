"""What one simulation is asked to do."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runs.simulator.errors import ConfigurationError
from runs.simulator.reader import Values, read_configuration
from runs.simulator.topology import Topology, load_topology, read_topology

TOPOLOGY_FILE = "topology_file"
MAXIMUM_LOADS = 500
SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Settings:
    """The typed configuration; `values` is the same as sections and keys, for the record."""

    values: Values
    loads: tuple[float, ...]
    bandwidths: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def general(self) -> dict[str, Any]:
        return self.values["general_settings"]

    @property
    def topology(self) -> dict[str, Any]:
        return self.values["topology_settings"]

    @property
    def network(self) -> str:
        """What it is called: the file's name where one is named."""
        named: str = self.topology.get(TOPOLOGY_FILE) or self.topology["network"]
        return Path(named).name

    def load_topology(self) -> Topology:
        """Of the file, where one is named; its path begins in the working directory. Raises
        ConfigurationError."""
        named = self.topology.get(TOPOLOGY_FILE)
        if not named:
            return load_topology(self.topology["network"])
        try:
            return read_topology(Path(named))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"topology_settings.{TOPOLOGY_FILE}", str(error)) from error

    @property
    def routing(self) -> dict[str, Any]:
        return self.values["routing_settings"]

    @property
    def spectrum(self) -> dict[str, Any]:
        return self.values["spectrum_settings"]

    @property
    def seed(self) -> int:
        seed: int = self.general["seed"]
        return seed


def load_settings(path: Path, seed: int | None = None) -> Settings:
    """`seed` goes before the file's. Raises ConfigurationError."""
    values = read_configuration(path)
    if seed is not None:
        values["general_settings"]["seed"] = seed
    settings = settings_from(values)
    # A file that is no network is said before anything is created.
    settings.load_topology()
    return settings


def settings_from(values: Values) -> Settings:
    general = values["general_settings"]
    distribution = _distribution(general["request_distribution"])
    # As it comes back from JSON, so that a checkpoint's configuration compares equal.
    general["request_distribution"] = distribution
    # Not in the record where none is named, as in the checkpoints of before there was one.
    if not values["topology_settings"].get(TOPOLOGY_FILE):
        values["topology_settings"].pop(TOPOLOGY_FILE, None)
    return Settings(
        values=values,
        loads=_loads(general["erlang_start"], general["erlang_stop"], general["erlang_step"]),
        bandwidths=tuple(distribution),
        shares=tuple(distribution.values()),
    )


def _loads(start: float, stop: float, step: float) -> tuple[float, ...]:
    if start > stop:
        raise ConfigurationError(
            "general_settings.erlang_start", f"{start:g} is above erlang_stop, {stop:g}"
        )
    # The allowance keeps the last load of 0.1, 0.2 … 0.3, whose quotient is 1.9999….
    count = math.floor((stop - start) / step + 1e-9) + 1
    if count > MAXIMUM_LOADS:
        raise ConfigurationError(
            "general_settings.erlang_step",
            f"{step:g} makes {count} loads, at most {MAXIMUM_LOADS} are possible",
        )
    return tuple(round(start + index * step, 9) for index in range(count))


def _distribution(shares: dict[Any, Any]) -> dict[str, float]:
    """Bandwidth in Gb/s, as written, to share."""
    key = "general_settings.request_distribution"
    if not shares:
        raise ConfigurationError(key, "names no bandwidth")
    distribution = {str(name): _share(key, name, share) for name, share in shares.items()}
    if abs(sum(distribution.values()) - 1) > SHARE_TOLERANCE:
        raise ConfigurationError(
            key, f"the shares add up to {sum(distribution.values()):g}, not to 1"
        )
    return distribution


def _share(key: str, name: object, share: object) -> float:
    text = str(name)
    if not text.replace(".", "", 1).isdecimal() or not text.isascii() or not 0 < float(text) <= 1e5:
        raise ConfigurationError(key, f"{text[:40]!a} is no bandwidth in Gb/s up to 100000")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ConfigurationError(key, f"the share of {text} is not a number from 0 to 1")
    return float(share)
