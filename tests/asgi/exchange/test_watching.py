"""An observer gets one event for each request, and costs nothing where there is none."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import Response, StreamingResponse

from tests.asgi.api import HEAD, OLD, client_of
from timegate.asgi import Scope
from timegate.observing import Event, each

pytestmark = pytest.mark.anyio


def agent(scope: Scope) -> str | None:
    return next((value.decode() for name, value in scope["headers"] if name == b"x-client"), None)


def said(events: list[Event]) -> list[tuple[Any, ...]]:
    return [tuple(event[:-1]) for event in events]


async def test_each_request_is_told_once_with_what_became_of_it(framework: str) -> None:
    events: list[Event] = []
    key = "{task_id:int}"
    async with client_of(framework, observer=events.append, client=agent, unversioned=("/made",)) as client:
        await client.call("GET", "/tasks/3", OLD, headers={"x-client": "me"})
        await client.call("GET", "/tasks/3", HEAD)
        await client.call("GET", "/variables/a", "2025-05-01")
        await client.call("GET", "/tasks/3", "2030-01-01")
        await client.call("GET", "/tasks/3", None)
        await client.call("GET", "/tasks/3", "soon")
        await client.call("PUT", "/tasks/3", OLD, json={"id": 3, "version_id": "v", "dag_version_id": "v"})
        await client.call("GET", "/variables/keys", OLD)
        await client.call("DELETE", "/tasks/3", OLD)
        await client.call("POST", "/made", None)
        await client.call("GET", "/plain", OLD)
        await client.call("GET", "/nowhere", None)
        client.seen.response = Response("busy", status_code=503, media_type="application/json")
        await client.call("GET", "/variables/b", HEAD)
    newer = "2030-01-01"
    assert said(events) == [
        (OLD, OLD, f"GET /tasks/{key}", True, 200, "", "me"),
        (HEAD, HEAD, f"GET /tasks/{key}", False, 200, "", "unknown"),
        ("2025-05-01", OLD, "GET /variables/{key:path}", False, 200, "", "unknown"),
        (newer, "unknown", f"GET /tasks/{key}", False, 400, "version-too-new", "unknown"),
        (None, "unknown", f"GET /tasks/{key}", False, 400, "version-missing", "unknown"),
        ("soon", "unknown", f"GET /tasks/{key}", False, 400, "version-unknown", "unknown"),
        (OLD, OLD, f"PUT /tasks/{key}", True, 422, "request-refused", "unknown"),
        (OLD, OLD, "GET /variables/{key:path}", False, 200, "", "unknown"),
        (OLD, OLD, "other", False, 405, "method-not-allowed", "unknown"),
        (None, "unknown", "POST /made", False, 201, "", "unknown"),
        (OLD, OLD, "other", False, 200, "", "unknown"),
        (None, "unknown", "other", False, 404, "", "unknown"),
        (HEAD, HEAD, "GET /variables/{key:path}", False, 503, "", "unknown"),
    ]
    assert all(0 < event.seconds < 5 for event in events)


async def test_an_app_that_raises_is_told_as_its_500(framework: str) -> None:
    events: list[Event] = []
    async with client_of(framework, observer=events.append) as client:
        for version in (OLD, HEAD, None):
            client.seen.error = RuntimeError("broken")
            await client.call("GET", "/tasks/3" if version else "/plain", version)
    assert [(event.version, event.status) for event in events] == [(OLD, 500), (HEAD, 500), ("unknown", 500)]


async def test_the_time_ends_with_the_body(framework: str) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b'"a"'

    events: list[Event] = []
    async with client_of(framework, observer=events.append) as client:
        client.seen.response = StreamingResponse(slow(), media_type="application/json")
        await client.call("GET", "/variables/a", OLD)
    assert [event.status for event in events] == [200]


async def test_clients_beyond_a_thousand_are_others(framework: str) -> None:
    events: list[Event] = []
    async with client_of(framework, observer=events.append, client=agent) as client:
        for number in range(1005):
            await client.call("GET", "/variables/a", OLD, headers={"x-client": f"c{number}"})
        await client.call("GET", "/variables/a", OLD, headers={"x-client": "c7"})
    names = [event.client for event in events]
    assert (names[998], names[999], names[1004], names[1005]) == ("c998", "other", "other", "c7")
    assert len(set(names)) == 1000


async def test_an_observer_that_fails_breaks_no_request_and_is_told_once(
    framework: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: Event) -> None:
        raise ValueError(event.version)

    async with client_of(framework, observer=broken) as client:
        for _ in range(3):
            assert (await client.call("GET", "/tasks/3", OLD)).status_code == 200
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in told] == ["the observer failed; the log says so once"]


async def test_a_client_that_cannot_be_named_breaks_no_request_and_is_told_once(
    framework: str, caplog: pytest.LogCaptureFixture
) -> None:
    def known(scope: Scope) -> str:
        return {"c": "somebody"}[agent(scope) or ""]

    events: list[Event] = []
    async with client_of(framework, observer=events.append, client=known) as client:
        for name in ("a", "b", "c"):
            assert (await client.call("GET", "/tasks/3", OLD, headers={"x-client": name})).status_code == 200
    assert [event.client for event in events] == ["somebody"]
    assert [record.levelno for record in caplog.records if record.levelno >= logging.ERROR] == [logging.ERROR]


async def test_several_observers_get_each_event(framework: str) -> None:
    one, other = list[Event](), list[Event]()
    async with client_of(framework, observer=each(one.append, other.append)) as client:
        await client.call("GET", "/tasks/3", OLD)
    assert one == other
    assert len(one) == 1
