"""Sum up the iterations of a load."""

from statistics import fmean

from runs.simulator.confidence import confidence_interval
from runs.simulator.plan import Plan
from runs.simulator.results import IterationResult, LoadResult


def sum_up_load(
    plan: Plan, erlang: float, iterations: list[IterationResult], ended_early: bool
) -> LoadResult:
    lower, upper = confidence_interval([item.blocking_prob for item in iterations])
    return LoadResult(
        erlang=erlang,
        blocking_probability=fmean(item.blocking_prob for item in iterations),
        ci_lower=lower,
        ci_upper=upper,
        bit_rate_blocking=fmean(item.bit_rate_blocking for item in iterations),
        mean_hops=fmean(item.mean_hops for item in iterations),
        link_utilization=fmean(item.link_utilization for item in iterations),
        ended_early=ended_early,
        links=_links(plan, iterations),
        bandwidths=_bandwidths(plan, iterations),
        iterations=[
            {"iteration": number, "requests": item.requests, "blocked": item.blocked}
            | item.metrics()
            for number, item in enumerate(iterations, start=1)
        ],
    )


def _links(plan: Plan, iterations: list[IterationResult]) -> list[dict[str, str | float]]:
    return [
        {
            "source": link.source,
            "destination": link.destination,
            "length_km": link.length_km,
            "utilization": fmean(item.utilization_by_link[number] for item in iterations),
        }
        for number, link in enumerate(plan.topology.links)
    ]


def _bandwidths(plan: Plan, iterations: list[IterationResult]) -> list[dict[str, str | float]]:
    rows: list[dict[str, str | float]] = []
    for number, bandwidth in enumerate(plan.bandwidths):
        requests = sum(item.offered_by_bandwidth[number] for item in iterations)
        blocked = sum(item.blocked_by_bandwidth[number] for item in iterations)
        rows.append(
            {
                "bandwidth_gbps": float(bandwidth),
                "requests": requests,
                "blocked": blocked,
                "blocking_probability": blocked / max(1, requests),
            }
        )
    return rows
