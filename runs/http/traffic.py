"""What this process has answered and sent, counted for Prometheus."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

# Of this process alone, and without what the library adds to its own by itself.
REGISTRY = CollectorRegistry()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# A third more lines that say when each series began.
disable_created_metrics()
ProcessCollector(registry=REGISTRY)
REQUESTS = Counter(
    "fusionweb_http_requests",
    "Requests answered, by route and status.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "fusionweb_http_request_seconds",
    "Time until an answer was ready to be sent.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
OPEN_SOCKETS = Gauge(
    "fusionweb_open_sockets", "Sockets that are open now.", ["kind"], registry=REGISTRY
)
OPEN_STREAMS = Gauge(
    "fusionweb_open_streams", "Streams of Server-Sent Events open now.", registry=REGISTRY
)
STREAMED_BYTES = Counter(
    "fusionweb_streamed_bytes",
    "Bytes sent piece by piece: over sockets, as events, as downloads.",
    ["via"],
    registry=REGISTRY,
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is a pattern, never an address: anybody can make up as many of those as they like,
    and of methods as well."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, str(status)).inc()
    REQUEST_SECONDS.labels(known, route).observe(seconds)
