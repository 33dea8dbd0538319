"""Design: a real cache in front of the app serves each version its own shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.responses import Response

from tests.asgi.api import APIS, HEAD, OLD, Seen, timeline
from tests.asgi.nginx.proxies import caching
from tests.asgi.servers import client_at, serving
from timegate.asgi import TimegateMiddleware

pytestmark = pytest.mark.anyio

TEN = [HEAD, OLD, "2025-05-17", "2025-06-01", "2025-04-30", HEAD, OLD, "2025-07-07", "2025-05-17", "2025-09-22"]
SHAPES = {version: "dag_version_id" if version == HEAD else "version_id" for version in TEN}


@dataclass(frozen=True)
class Cached:
    """An app behind a cache."""

    http: httpx.AsyncClient
    seen: Seen

    async def get(self, url: str, version: str | None, **headers: str) -> httpx.Response:
        """Ask the cache as a client of a version."""
        said = {} if version is None else {"API-Version": version}
        return await self.http.get(url, headers={**said, **{k.replace("_", "-"): v for k, v in headers.items()}})


@pytest.fixture
async def cached(framework: str) -> AsyncIterator[Cached]:
    seen = Seen()
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with (
        serving(app) as upstream,
        caching(upstream) as port,
        client_at(port) as http,
    ):
        yield Cached(http, seen)


def fresh(body: bytes, *, seconds: int = 60) -> Response:
    headers = {"Cache-Control": f"max-age={seconds}", "ETag": '"abc"'}
    return Response(body, media_type="application/json", headers=headers)


async def test_ten_clients_of_mixed_versions_are_served_from_a_cache_each_in_its_own_shape(cached: Cached) -> None:
    cached.seen.response = fresh(b'{"id":1,"dag_version_id":"a"}')
    for version in SHAPES:
        filled = await cached.get("/tasks/1", version)
        assert (filled.headers["x-cache"], filled.json()) == ("MISS", {"id": 1, SHAPES[version]: "a"})
    asked = len(cached.seen.handlers)
    assert asked == len(SHAPES)
    for _ in range(3):
        responses = await asyncio.gather(*(cached.get("/tasks/1", version) for version in TEN))
        assert [response.headers["x-cache"] for response in responses] == ["HIT"] * 10
        assert [response.json() for response in responses] == [{"id": 1, SHAPES[version]: "a"} for version in TEN]
        in_force = [OLD if "2025-04-11" <= version < "2025-06-01" else version for version in TEN]
        in_force = ["2025-06-01" if "2025-06-01" <= version < HEAD else version for version in in_force]
        assert [response.headers["api-version"] for response in responses] == in_force
    assert len(cached.seen.handlers) == asked


async def test_what_no_change_touches_is_cached_by_version_too(cached: Cached) -> None:
    cached.seen.response = fresh(b'{"key":"x"}')
    for cache in ("MISS", "HIT"):
        for version in (HEAD, OLD):
            response = await cached.get("/variables/x", version)
            assert (response.headers["x-cache"], response.headers["api-version"]) == (cache, version)


async def test_what_is_refused_is_never_cached(cached: Cached) -> None:
    cached.seen.response = fresh(b'{"id":1,"dag_version_id":"a"}')
    for version, status in ((None, 400), ("2020-01-01", 400)):
        for _ in range(2):
            response = await cached.get("/tasks/1", version)
            assert (response.status_code, response.headers["x-cache"]) == (status, "MISS")
    for _ in range(2):
        assert (await cached.get("/works/1", OLD)).headers["x-cache"] == "MISS"
    assert (await cached.get("/tasks/1", OLD)).json() == {"id": 1, "version_id": "a"}


async def test_a_stale_response_is_asked_for_again_by_the_tag_of_its_version(cached: Cached) -> None:
    cached.seen.response = fresh(b'{"id":1,"dag_version_id":"a"}', seconds=1)
    for version in (HEAD, OLD):
        assert (await cached.get("/tasks/1", version)).headers["x-cache"] == "MISS"
    await asyncio.sleep(2.1)
    cached.seen.response = Response(status_code=304, headers={"Cache-Control": "max-age=60", "ETag": '"abc"'})
    for version in (HEAD, OLD):
        again = await cached.get("/tasks/1", version)
        assert (again.status_code, again.headers["x-cache"]) == (200, "REVALIDATED")
        assert again.json() == {"id": 1, SHAPES[version]: "a"}
        assert cached.seen.header("if-none-match") == [b'"abc"']


async def test_a_tag_of_another_version_is_no_match_in_the_cache(cached: Cached) -> None:
    cached.seen.response = fresh(b'{"id":1,"dag_version_id":"a"}')
    tags = {version: (await cached.get("/tasks/1", version)).headers["etag"] for version in (HEAD, OLD)}
    assert len(set(tags.values())) == 2
    for version in (HEAD, OLD):
        for other in (HEAD, OLD):
            response = await cached.get("/tasks/1", version, If_None_Match=tags[other])
            assert response.status_code == (304 if other == version else 200)
            assert other == version or response.json() == {"id": 1, SHAPES[version]: "a"}
