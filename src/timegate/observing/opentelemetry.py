"""Events as metrics and spans of OpenTelemetry, with the extra ``timegate[opentelemetry]``."""

from __future__ import annotations

import time

from opentelemetry import metrics, trace
from opentelemetry.trace import Status, StatusCode

from timegate.observing.event import Event, Observer

_SCOPE = "timegate"


def _attributes(event: Event) -> dict[str, str | int | bool]:
    """The attributes of an event, of few different values each (the conventions' names where they have one)."""
    found: dict[str, str | int | bool] = {
        "timegate.version": event.version,
        "timegate.operation": event.operation,
        "timegate.gated": event.gated,
        "timegate.client": event.client,
        "http.response.status_code": event.status,
    }
    return {**found, "timegate.problem": event.problem} if event.problem else found


def to_metrics(provider: metrics.MeterProvider | None = None) -> Observer:
    """An observer that counts events as ``timegate.requests``, and their seconds as ``timegate.request.duration``."""
    meter = metrics.get_meter(_SCOPE, meter_provider=provider)
    requests = meter.create_counter("timegate.requests", unit="{request}", description="Requests, by version in force.")
    duration = meter.create_histogram("timegate.request.duration", unit="s", description="Seconds of a request.")

    def record(event: Event) -> None:
        attributes = _attributes(event)
        requests.add(1, attributes)
        duration.record(event.seconds, attributes)

    return record


def to_spans(provider: trace.TracerProvider | None = None) -> Observer:
    """An observer that makes a span of each event, below the one that the request is in."""
    tracer = trace.get_tracer(_SCOPE, tracer_provider=provider)

    def record(event: Event) -> None:
        ended = time.time_ns()
        began = ended - int(event.seconds * 1e9)
        attributes = _attributes(event)
        if event.asked is not None:
            attributes["timegate.asked"] = event.asked
        span = tracer.start_span(f"timegate {event.operation}", start_time=began, attributes=attributes)
        if event.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    return record
