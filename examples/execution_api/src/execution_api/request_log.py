"""Logs one line of JSON per request, with the correlation id by which a line is found."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from execution_api.versions.serving import TALLY, Tally

__all__ = ["JsonFormatter", "RequestLog"]

VERSION = "airflow-api-version"
CORRELATION = "correlation-id"
LONGEST_ECHO = 128

log = logging.getLogger("execution_api.requests")


class JsonFormatter(logging.Formatter):
    """Renders a record as one JSON object; the fields of `extra={"fields": …}` are keys of it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class RequestLog:
    """Middleware: logs each request with the API version of its response, and echoes its correlation id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        requested, correlation = headers.get(VERSION, "")[:LONGEST_ECHO] or None, headers.get(CORRELATION, "")
        status, version = 500, requested
        tally = Tally()
        counting = TALLY.set(tally)
        began = time.perf_counter()

        async def observe(message: Message) -> None:
            nonlocal status, version
            if message["type"] == "http.response.start":
                status = message["status"]
                response_headers = MutableHeaders(scope=message)
                version = response_headers.get(VERSION, requested)
                if correlation:
                    response_headers[CORRELATION] = correlation[:LONGEST_ECHO]
            await send(message)

        try:
            await self.app(scope, receive, observe)
        finally:
            TALLY.reset(counting)
            fields = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "api_version": version,
                "gated": tally.gated,
                "correlation_id": correlation or None,
                "client": headers.get("user-agent"),
                "ms": round((time.perf_counter() - began) * 1000, 3),
            }
            log.info("request", extra={"fields": fields})
