"""Events as metrics of Prometheus, with the extra ``timegate[prometheus]``."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from timegate.observing.event import Event, Observer


def to_prometheus(registry: CollectorRegistry = REGISTRY) -> Observer:
    """An observer that counts events in ``timegate_requests_total`` and their time in ``timegate_request_seconds``."""
    names = ("client", "version", "operation", "gated", "status", "problem")
    requests = Counter("timegate_requests", "Requests, by version in force.", names, registry=registry)
    seconds = Histogram(
        "timegate_request_seconds", "Seconds of a request.", ("version", "operation", "gated"), registry=registry
    )

    def count(event: Event) -> None:
        gated = "true" if event.gated else "false"
        requests.labels(event.client, event.version, event.operation, gated, event.status, event.problem).inc()
        seconds.labels(event.version, event.operation, gated).observe(event.seconds)

    return count
