"""What an iteration and a load found, as it is kept in files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IterationResult:
    """Probabilities and shares from 0 to 1; lists follow the plan's bandwidths and links."""

    requests: int
    blocked: int
    blocking_prob: float
    bit_rate_blocking: float
    mean_hops: float
    link_utilization: float
    offered_by_bandwidth: list[int]
    blocked_by_bandwidth: list[int]
    utilization_by_link: list[float]

    def metrics(self) -> dict[str, float]:
        return {
            "blocking_prob": self.blocking_prob,
            "bit_rate_blocking": self.bit_rate_blocking,
            "mean_hops": self.mean_hops,
            "link_utilization": self.link_utilization,
        }


@dataclass(frozen=True)
class LoadResult:
    """Means over the iterations of one load. No interval can be given after one iteration."""

    erlang: float
    blocking_probability: float
    ci_lower: float | None
    ci_upper: float | None
    bit_rate_blocking: float
    mean_hops: float
    link_utilization: float
    ended_early: bool
    links: list[dict[str, str | float]]
    bandwidths: list[dict[str, str | float]]
    iterations: list[dict[str, float]]

    def metrics(self) -> dict[str, float]:
        figures = {
            "mean_blocking": self.blocking_probability,
            "ci_lower": self.ci_lower,
            "ci_upper": self.ci_upper,
            "bit_rate_blocking": self.bit_rate_blocking,
            "mean_hops": self.mean_hops,
            "link_utilization": self.link_utilization,
            "iterations": len(self.iterations),
        }
        return {name: figure for name, figure in figures.items() if figure is not None}
