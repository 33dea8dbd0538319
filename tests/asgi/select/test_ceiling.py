"""A version above the ceiling is compiled and not offered, whatever the ceiling was a moment ago."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.asgi.api import HEAD, OLD, client_of, timeline
from tests.silence.exchanges import connected
from timegate import DeclarationError, Timeline, Version, VersionChange, current_version
from timegate.asgi import Ceiling, Scope, TimegateMiddleware, path
from timegate.starlette import operation

pytestmark = pytest.mark.anyio

MIDDLE = "2025-06-01"
TOO_NEW = "urn:timegate:problem:version-too-new"
KINDS = ["a version", "a date", "a file", "a callable"]


@pytest.fixture(params=KINDS)
def ceiling(request: pytest.FixtureRequest, tmp_path: Path) -> Ceiling:
    """The middle version as a ceiling, in each form."""
    file = tmp_path / "ceiling"
    file.write_text(f"{MIDDLE}\n")
    forms: dict[str, Ceiling] = {
        "a version": MIDDLE,
        "a date": date(2025, 6, 1),
        "a file": file,
        "a callable": lambda: MIDDLE,
    }
    return forms[str(request.param)]


async def test_a_version_above_is_too_new_and_nothing_lists_it(framework: str, ceiling: Ceiling) -> None:
    async with client_of(framework, ceiling=ceiling) as client:
        for above in (HEAD, "2025-07-01", "2026-01-01"):
            refused = await client.call("GET", "/tasks/3", above)
            assert (refused.status_code, refused.json()["type"]) == (400, TOO_NEW)
            assert refused.json()["supported_versions"] == [MIDDLE, OLD]
        for wrong in ("nonsense", "2020-01-01", f"{MIDDLE}, {OLD}", None):
            refused = await client.call("GET", "/tasks/3", wrong)
            assert (refused.status_code, refused.json()["supported_versions"]) == (400, [MIDDLE, OLD])
        for version in (MIDDLE, OLD):
            served = await client.call("GET", "/tasks/3", version)
            assert (served.json()["version_id"], served.headers["api-version"]) == ("v1", version)
    assert client.seen.versions == [MIDDLE, OLD]


async def test_newest_latest_and_the_default_mean_the_ceiling(framework: str, ceiling: Ceiling) -> None:
    async with client_of(framework, ceiling=ceiling, newer="latest", default="latest") as client:
        for version in (HEAD, "2030-01-01", None):
            served = await client.call("GET", "/tasks/3", version)
            assert (served.json()["version_id"], served.headers["api-version"]) == ("v1", MIDDLE)


def _pinned(scope: Scope) -> str:
    return HEAD


def _unknown(scope: Scope) -> str:
    return "2030-01-01"


@pytest.mark.parametrize("default", [HEAD, _pinned])
async def test_a_default_above_means_the_ceiling(framework: str, ceiling: Ceiling, default: Any) -> None:
    async with client_of(framework, ceiling=ceiling, default=default) as client:
        served = await client.call("GET", "/tasks/3", None)
        refused = await client.call("GET", "/tasks/3", HEAD)
    assert (served.json()["version_id"], served.headers["api-version"]) == ("v1", MIDDLE)
    assert refused.json()["type"] == TOO_NEW


async def test_a_default_that_head_does_not_know_is_the_servers_fault(framework: str, ceiling: Ceiling) -> None:
    async with client_of(framework, ceiling=ceiling, default=_unknown) as client:
        assert (await client.call("GET", "/tasks/3", None)).status_code == 500


async def test_a_request_that_names_and_needs_no_version_gets_the_ceiling(framework: str, ceiling: Ceiling) -> None:
    paths = ("/tasks/{task_id}", "/variables/keys", "/variables/{key}")
    async with client_of(framework, ceiling=ceiling, unversioned=paths) as client:
        for version in (None, "nonsense"):
            served = await client.call("GET", "/tasks/3", version)
            assert served.json()["version_id"] == "v1"
            assert "api-version" not in served.headers
            # `keys` is a variable's name as long as the variables cannot be listed.
            assert (await client.call("GET", "/variables/keys", version)).json() == {"key": "keys"}
            assert (await client.call("DELETE", "/tasks/3", version)).status_code == 405
        assert (await client.call("GET", "/plain", None)).text == MIDDLE


class Flag(VersionChange):
    """The newest version, which changes nothing on the wire."""


@pytest.mark.parametrize("url", ["/applied", "/other"])
@pytest.mark.parametrize("asked", [None, MIDDLE, OLD])
async def test_a_change_above_applies_in_no_request(url: str, asked: str | None) -> None:
    @operation(response=bool)
    async def applied(request: Request) -> object:
        return Flag.applies()

    async def other(request: Request) -> Response:
        return PlainTextResponse(str(Flag.applies()).lower())

    app = Starlette(routes=[Route("/applied", applied), Route("/other", other)])
    versions = Timeline(Version(HEAD, Flag), Version(MIDDLE), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=versions, ceiling=MIDDLE, unversioned=("/applied",))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        found = await http.get(url, headers={} if asked is None else {"API-Version": asked})
    assert (found.status_code, found.text) == (200, "false")


async def test_the_document_without_a_version_is_the_ceilings(ceiling: Ceiling) -> None:
    async with client_of("fastapi", ceiling=ceiling) as client:
        without = await client.call("GET", "/openapi.json", None)
        named = await client.call("GET", "/openapi.json", MIDDLE)
        above = await client.call("GET", "/openapi.json", HEAD)
    assert without.json() == named.json()
    assert without.json()["info"]["version"] == MIDDLE
    assert "/variables/keys" not in without.json()["paths"]
    assert above.json()["type"] == TOO_NEW


def test_a_websocket_gets_the_ceiling(ceiling: Ceiling) -> None:
    async def said(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(str(current_version()))
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/socket", said)])
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD), Version(MIDDLE)), ceiling=ceiling)
    accepted, told, *_ = connected(app, "/socket", version=None)
    assert (accepted["type"], told["text"]) == ("websocket.accept", MIDDLE)
    (refused,) = connected(app, "/socket", version=HEAD)
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)


async def test_a_version_in_the_path_has_a_ceiling_too(framework: str, ceiling: Ceiling) -> None:
    async with client_of(framework, ceiling=ceiling, select=path("/{version}")) as client:
        assert (await client.call("GET", f"/{MIDDLE}/tasks/3", None)).json()["version_id"] == "v1"
        assert (await client.call("GET", f"/{HEAD}/tasks/3", None)).json()["type"] == TOO_NEW


async def test_entity_tags_do_not_cross_the_ceiling(framework: str, tmp_path: Path) -> None:
    file = tmp_path / "ceiling"
    file.write_text(HEAD)
    async with client_of(framework, ceiling=file, default="latest") as client:
        client.seen.response = Response('{"id": 3, "dag_version_id": "v"}', media_type="application/json")
        client.seen.response.headers["etag"] = '"abc"'
        above = await client.call("GET", "/tasks/3", None)
        file.write_text(MIDDLE)
        below = await client.call("GET", "/tasks/3", None, headers={"If-None-Match": above.headers["etag"]})
        assert client.seen.header("if-none-match") == []
        assert (below.json()["version_id"], below.headers["etag"]) == ("v", f'"abc;{MIDDLE}"')
        file.write_text(HEAD)
        again = await client.call("GET", "/tasks/3", None, headers={"If-None-Match": below.headers["etag"]})
        # Head's tags are the app's own, and none is like it.
        assert client.seen.header("if-none-match") == [f'"abc;{MIDDLE}"'.encode()]
    assert again.json()["dag_version_id"] == "v"


async def test_it_is_lowered_and_raised_under_load(framework: str, tmp_path: Path) -> None:
    file = tmp_path / "ceiling"
    file.write_text(HEAD)
    seed = 5
    chance = random.Random(seed)
    counted = Counter[tuple[str, int]]()
    async with client_of(framework, ceiling=file, newer="refuse", default="latest") as client:

        async def ask(version: str | None) -> None:
            above = file.read_text()
            response = await client.call("GET", "/tasks/3", version)
            served = version is None or version <= above
            assert response.status_code == (200 if served else 400), (seed, above, version)
            in_force = above if version is None else version
            if served:
                assert response.headers["api-version"] == in_force, (seed, above, version)
                assert ("dag_version_id" in response.json()) is (in_force == HEAD), (seed, above, version)
            counted[above, response.status_code] += 1

        for _ in range(60):
            await asyncio.gather(*(ask(chance.choice([HEAD, MIDDLE, OLD, None])) for _ in range(20)))
            # In place, with the same length, and often within one tick of the file system's clock.
            file.write_text(chance.choice([HEAD, MIDDLE, OLD]))
    assert {key for key, _ in counted.items()} == {(HEAD, 200), (MIDDLE, 200), (MIDDLE, 400), (OLD, 200), (OLD, 400)}


async def test_a_file_that_is_replaced_or_behind_a_link_is_read_again(framework: str, tmp_path: Path) -> None:
    for folder, version in (("one", HEAD), ("two", MIDDLE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ceiling").write_text(version)
        os.utime(tmp_path / folder / "ceiling", (1, 1))
    link = tmp_path / "now"
    link.symlink_to("one")
    async with client_of(framework, ceiling=link / "ceiling") as client:
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 200
        link.unlink()
        link.symlink_to("two")
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 400
        (tmp_path / "new").write_text(HEAD)
        (tmp_path / "new").replace(tmp_path / "two" / "ceiling")
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 200


async def test_while_the_file_holds_no_version_the_last_one_stays(
    framework: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "ceiling"
    file.write_text(MIDDLE)
    async with client_of(framework, ceiling=file) as client:
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 400
        for broken in (b"", b"\xff", b"soon"):
            file.write_bytes(broken)
            for _ in range(3):
                assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 400
        file.unlink()
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 400
        errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
        assert len(errors) == 4
        assert all(error.endswith(f"it stays version {MIDDLE}") for error in errors)
        file.write_text(HEAD)
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 200


async def test_a_ceiling_that_this_release_does_not_know_yet_is_none(framework: str, tmp_path: Path) -> None:
    file = tmp_path / "ceiling"
    file.write_text("2030-01-01")
    async with client_of(framework, ceiling=file) as client:
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 200


async def test_a_callable_may_lift_the_ceiling_at_any_moment(framework: str) -> None:
    said: list[str | date | None] = [MIDDLE]
    async with client_of(framework, ceiling=lambda: said[-1]) as client:
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 400
        said.append(None)
        assert (await client.call("GET", "/tasks/3", HEAD)).status_code == 200
        said.append(date(2025, 4, 11))
        assert (await client.call("GET", "/tasks/3", MIDDLE)).status_code == 400


async def _later() -> str:
    return OLD


def _missing() -> Path:
    return Path("/nowhere/at/all")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("soon", "'soon' is not a version of this API"),
        ("2020-01-01", "is older than the oldest supported version"),
        (5, "ceiling='2025-09-23', a Path of a file"),
        (_missing(), "write a version into it: 2025-09-23"),
        (Version, "ceiling='2025-09-23', a Path of a file"),
        (_later, "ceiling='2025-09-23', a Path of a file"),
    ],
)
def test_a_ceiling_that_cannot_be_meant_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        TimegateMiddleware(PlainTextResponse("app"), timeline=timeline(), ceiling=wrong)
    assert said in str(refused.value)
