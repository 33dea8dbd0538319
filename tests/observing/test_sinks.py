"""Each sink hands events to the real library, and the real reader of its format reads them back."""

from __future__ import annotations

import http.server
import json
import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import structlog
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from timegate.observing import Event, to_logging, to_structlog
from timegate.observing.opentelemetry import to_metrics, to_spans
from timegate.observing.prometheus import to_prometheus

SERVED = Event("2025-05-01", "2025-04-11", "GET /tasks/{id}", True, 200, "", "sdk/1", 0.25)
REFUSED = Event("2030-01-01", "unknown", "GET /tasks/{id}", False, 400, "version-too-new", "sdk/2", 0.5)
BROKEN = Event(None, "2025-04-11", "other", False, 500, "", "sdk/1", 0.5)


class Collector(http.server.ThreadingHTTPServer):
    """An endpoint of OTLP over HTTP that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.bodies: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taker(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert isinstance(self.server, Collector)
        self.server.bodies.append((self.path, body))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Generator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


def attributes(found: list[KeyValue]) -> dict[str, object]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in found}


def test_opentelemetry_gets_counts_and_durations_over_otlp() -> None:
    with collecting() as collector:
        exporter = OTLPMetricExporter(endpoint=f"{collector.url}/v1/metrics")
        provider = MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)])
        observe = to_metrics(provider)
        for event in (SERVED, SERVED, REFUSED):
            observe(event)
        provider.shutdown()
    ((path, body),) = collector.bodies
    assert path == "/v1/metrics"
    (scope,) = ExportMetricsServiceRequest.FromString(body).resource_metrics[0].scope_metrics
    metrics = {metric.name: metric for metric in scope.metrics}
    assert metrics.keys() == {"timegate.requests", "timegate.request.duration"}
    points = {
        str(attributes(list(point.attributes))["timegate.version"]): point
        for point in metrics["timegate.requests"].sum.data_points
    }
    assert {version: point.as_int for version, point in points.items()} == {"2025-04-11": 2, "unknown": 1}
    assert attributes(list(points["unknown"].attributes)) == {
        "timegate.version": "unknown",
        "timegate.operation": "GET /tasks/{id}",
        "timegate.gated": False,
        "timegate.client": "sdk/2",
        "http.response.status_code": 400,
        "timegate.problem": "version-too-new",
    }
    durations = metrics["timegate.request.duration"].histogram.data_points
    assert sorted((point.count, point.sum) for point in durations) == [(1, 0.5), (2, 0.5)]


def test_opentelemetry_gets_a_span_below_that_of_the_request() -> None:
    with collecting() as collector:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{collector.url}/v1/traces")))
        observe = to_spans(provider)
        with provider.get_tracer("server").start_as_current_span("request"):
            observe(SERVED)
        observe(BROKEN)
        provider.shutdown()
    spans = {
        span.name: span
        for _, body in collector.bodies
        for scope in ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans
        for span in scope.spans
    }
    served, broken = spans["timegate GET /tasks/{id}"], spans["timegate other"]
    assert served.parent_span_id == spans["request"].span_id
    assert abs(served.end_time_unix_nano - served.start_time_unix_nano - 250_000_000) < 1000
    assert attributes(list(served.attributes))["timegate.asked"] == "2025-05-01"
    assert "timegate.asked" not in attributes(list(broken.attributes))
    assert (served.status.code, broken.status.code) == (0, 2)


def test_prometheus_reads_counts_and_seconds_from_its_own_text() -> None:
    registry = CollectorRegistry()
    observe = to_prometheus(registry)
    for event in (SERVED, SERVED, REFUSED):
        observe(event)
    families = {one.name: one for one in text_string_to_metric_families(generate_latest(registry).decode())}
    counted = [one for one in families["timegate_requests"].samples if one.name.endswith("_total")]
    assert [(one.labels, one.value) for one in counted] == [
        (
            {
                "client": "sdk/1",
                "version": "2025-04-11",
                "operation": "GET /tasks/{id}",
                "gated": "true",
                "status": "200",
                "problem": "",
            },
            2.0,
        ),
        (
            {
                "client": "sdk/2",
                "version": "unknown",
                "operation": "GET /tasks/{id}",
                "gated": "false",
                "status": "400",
                "problem": "version-too-new",
            },
            1.0,
        ),
    ]
    sums = [one.value for one in families["timegate_request_seconds"].samples if one.name.endswith("_sum")]
    assert sums == [0.5, 0.5]


def test_structlog_gets_the_values_as_keys() -> None:
    lines = structlog.testing.LogCapture()
    to_structlog(structlog.wrap_logger(None, processors=[lines]))(REFUSED)
    assert lines.entries == [{"event": "request", "log_level": "info", **REFUSED.fields()}]


def test_structlog_writes_them_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    logger = structlog.wrap_logger(structlog.PrintLogger(), processors=[structlog.processors.JSONRenderer()])
    to_structlog(logger)(SERVED)
    assert json.loads(capsys.readouterr().out) == {"event": "request", **SERVED.fields()}


def test_a_plain_logger_gets_a_line_and_the_values_as_attributes(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("shop.requests")
    observe = to_logging(logger)
    observe(SERVED)
    assert caplog.records == []
    with caplog.at_level(logging.INFO, "shop.requests"):
        observe(SERVED)
        observe(REFUSED)
    assert caplog.messages == [
        "GET /tasks/{id} at version 2025-04-11: 200",
        "GET /tasks/{id} at version unknown: 400 version-too-new",
    ]
    assert vars(caplog.records[0])["timegate_client"] == "sdk/1"
