"""Responses tell what is declared of their version's end, and a version that is over is not served."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import httpx
import pytest
from starlette.responses import PlainTextResponse, Response

from tests.asgi.api import APIS, HEAD, OLD, Client, Seen, timeline
from tests.sentences import shows
from timegate import DeclarationError, Timeline, Version
from timegate.asgi import TimegateMiddleware

pytestmark = pytest.mark.anyio

MIDDLE = "2025-06-01"
NOW = datetime.now(UTC)
POLICY = "https://api.example/sunset"


@asynccontextmanager
async def client_of(framework: str, ends: Mapping[str, Any], **options: Any) -> AsyncGenerator[Client]:
    """A client of the API, some of whose versions have an end."""
    seen = Seen()
    app = APIS[framework](seen)
    versions = (Version(one.value, *one.changes, **ends.get(one.value, {})) for one in timeline())
    app.add_middleware(TimegateMiddleware, timeline=Timeline(*versions), **options)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        yield Client(http, seen)


async def test_what_is_declared_is_told_and_nothing_else(framework: str) -> None:
    ends = {OLD: {"deprecated": date(2026, 1, 1), "sunset": date(2099, 6, 1), "links": {"sunset": POLICY}}}
    async with client_of(framework, ends) as client:
        # A response that is converted, one that is not, a problem, and one of the app's own.
        for url, status in (("/tasks/3", 200), ("/variables/a", 200), ("/variables/keys", 200), ("/tasks/x", 404)):
            old = await client.call("GET", url, OLD)
            assert old.status_code == status
            assert old.headers["deprecation"] == "@1767225600"
            assert old.headers["sunset"] == "Mon, 01 Jun 2099 00:00:00 GMT"
            assert old.headers["link"] == f'<{POLICY}>; rel="sunset"'
        between = await client.call("GET", "/tasks/3", "2025-05-17")
        assert between.headers["deprecation"] == "@1767225600"
        for version in (MIDDLE, HEAD):
            other = await client.call("GET", "/tasks/3", version)
            assert {"deprecation", "sunset", "link"}.isdisjoint(other.headers)


async def test_only_what_is_declared_is_told_of_each_end(framework: str) -> None:
    links = {"deprecation": POLICY, "successor-version": "/v2", "service-desc": "/openapi.json"}
    async with client_of(framework, {OLD: {"deprecated": NOW}, MIDDLE: {"links": links}}) as client:
        old = await client.call("GET", "/tasks/3", OLD)
        assert old.headers["deprecation"] == f"@{int(NOW.timestamp())}"
        assert {"sunset", "link"}.isdisjoint(old.headers)
        middle = await client.call("GET", "/tasks/3", MIDDLE)
    assert {"sunset", "deprecation"}.isdisjoint(middle.headers)
    said = f'<{POLICY}>; rel="deprecation", </v2>; rel="successor-version", </openapi.json>; rel="service-desc"'
    assert middle.headers["link"] == said


@pytest.mark.parametrize("converted", [True, False])
async def test_what_the_app_says_of_its_own_resource_stays(framework: str, *, converted: bool) -> None:
    ends = {OLD: {"deprecated": NOW, "sunset": date(2099, 6, 1), "links": {"sunset": POLICY}}}
    own = {"Sunset": "Tue, 01 Jan 2030 00:00:00 GMT", "Link": "</more>; rel=next"}
    async with client_of(framework, ends) as client:
        content = '{"id": 3, "dag_version_id": "v"}' if converted else '{"key": "a"}'
        client.seen.response = Response(content, media_type="application/json", headers=own)
        response = await client.call("GET", "/tasks/3" if converted else "/variables/a", OLD)
    assert response.headers.get_list("sunset") == [own["Sunset"]]
    assert response.headers.get_list("link") == [own["Link"], f'<{POLICY}>; rel="sunset"']
    assert response.headers["deprecation"] == f"@{int(NOW.timestamp())}"


@shows("or `sunset_status=`")
@pytest.mark.parametrize("status", [None, 503])
async def test_past_its_sunset_a_version_is_not_served_and_not_listed(framework: str, status: int | None) -> None:
    options = {} if status is None else {"sunset_status": status}
    ends = {OLD: {"sunset": NOW - timedelta(seconds=1), "links": {"sunset": POLICY}}}
    async with client_of(framework, ends, **options) as client:
        gone = await client.call("GET", "/tasks/3", OLD)
        unknown = await client.call("GET", "/tasks/3", "nonsense")
    assert gone.status_code == gone.json()["status"] == (status or 410)
    assert gone.json()["type"] == "urn:timegate:problem:version-sunset"
    assert gone.json()["supported_versions"] == unknown.json()["supported_versions"] == [HEAD, MIDDLE]
    assert gone.headers["link"] == f'<{POLICY}>; rel="sunset"'
    assert parsedate_to_datetime(gone.headers["sunset"]) <= NOW
    assert "retry-after" not in gone.headers
    assert client.seen.handlers == []


async def test_a_sunset_comes_while_the_server_runs(framework: str) -> None:
    seconds, statuses = 1, [0]
    while statuses[0] != 200:
        statuses.clear()
        async with client_of(framework, {OLD: {"sunset": datetime.now(UTC) + timedelta(seconds=seconds)}}) as client:
            while statuses[-1:] in ([], [200]):
                await anyio.sleep(0.02)
                statuses.append((await client.call("GET", "/tasks/3", OLD)).status_code)
        seconds *= 4  # it has come before the first request where the machine is slower than that
    assert (statuses[0], statuses[-1], set(statuses)) == (200, 410, {200, 410})


@shows("`version-brownout` | 503")
async def test_in_a_brownout_a_version_is_unavailable_for_a_while(framework: str) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    ends = {OLD: {"brownouts": [(began, timedelta(minutes=10))], "sunset": date(2099, 6, 1)}}
    async with client_of(framework, ends) as client:
        brown = await client.call("GET", "/tasks/3", OLD)
        other = await client.call("GET", "/tasks/3", MIDDLE)
    assert (brown.status_code, brown.json()["type"]) == (503, "urn:timegate:problem:version-brownout")
    assert 500 < int(brown.headers["retry-after"]) <= 540
    assert brown.headers["sunset"] == "Mon, 01 Jun 2099 00:00:00 GMT"
    assert OLD in brown.json()["supported_versions"]
    assert other.status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        {"sunset": NOW - timedelta(days=1)},
        {"sunset": date(2099, 6, 1), "brownouts": [(NOW - timedelta(minutes=1), timedelta(hours=10))]},
    ],
)
async def test_what_a_running_task_needs_is_served_during_the_sunset(framework: str, end: Mapping[str, Any]) -> None:
    async with client_of(framework, {OLD: end}, during_sunset=("/tasks/{task_id}",)) as client:
        spared = await client.call("GET", "/tasks/3", OLD)
        refused = await client.call("GET", "/variables/a", OLD)
    assert (spared.status_code, spared.json()["version_id"]) == (200, "v1")
    assert refused.status_code in (410, 503)


async def test_brownouts_that_are_over_or_to_come_change_nothing(framework: str) -> None:
    times = [NOW - timedelta(hours=2), NOW + timedelta(hours=2)]
    ends = {OLD: {"sunset": date(2099, 6, 1), "brownouts": [(time, timedelta(minutes=10)) for time in times]}}
    async with client_of(framework, ends) as client:
        assert (await client.call("GET", "/tasks/3", OLD)).status_code == 200


async def test_the_default_version_has_its_sunset_too(framework: str) -> None:
    async with client_of(framework, {OLD: {"sunset": NOW}}, default="oldest") as client:
        assert (await client.call("GET", "/tasks/3", None)).status_code == 410


WRONG: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "a brownout without a sunset": (
        {"brownouts": [(datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=5))]},
        "a brownout announces a sunset, and ends before it: sunset=date(2026, 1, 2)",
    ),
    "a brownout after the sunset": (
        {"sunset": date(2026, 1, 1), "brownouts": [(datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=5))]},
        "a brownout announces a sunset, and ends before it: sunset=date(2026, 1, 2)",
    ),
    "a brownout of a day": ({"brownouts": [(date(2026, 1, 1), timedelta(minutes=5))]}, "is no moment and how long"),
    "a brownout of no length": ({"brownouts": [(NOW, timedelta())]}, "is no moment and how long it lasts"),
    "brownouts that are no list": ({"brownouts": 5}, "5 is no list: brownouts=[(datetime("),
    "a relation that is none": ({"links": {"next": "/v2"}}, "'next' is none of 'deprecation', 'sunset'"),
    "an address that is none": ({"links": {"sunset": "see <here>"}}, "'see <here>' is no URI"),
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
def test_an_end_that_cannot_be_meant_is_refused(given: tuple[Mapping[str, Any], str]) -> None:
    arguments, said = given
    with pytest.raises(DeclarationError) as refused:
        Version(OLD, **arguments)
    assert said in str(refused.value)


@pytest.mark.parametrize("status", [200, 399, 600, "410", True])
def test_a_sunset_status_that_is_no_error_is_refused(status: Any) -> None:
    with pytest.raises(DeclarationError, match=r"sunset_status=410, a status of an error"):
        TimegateMiddleware(PlainTextResponse("app"), timeline=timeline(), sunset_status=status)


async def test_a_path_that_no_operation_has_is_refused_in_during_sunset(framework: str) -> None:
    async with client_of(framework, {}, during_sunset=("/task",)) as client:
        assert (await client.call("GET", "/tasks/3", OLD)).status_code == 500
