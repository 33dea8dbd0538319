"""Design: a script on a page of another origin uses the version header as browsers let it (the Fetch standard)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.middleware.cors import CORSMiddleware

from tests.asgi.api import APIS, HEAD, OLD, Seen, timeline
from timegate.asgi import TimegateMiddleware, path, query

pytestmark = pytest.mark.anyio

PAGE = "https://page.example"
SAFE_METHODS = frozenset({"GET", "HEAD", "POST"})
SAFE_HEADERS = frozenset({"accept", "accept-language", "content-language"})
SEEN_BY_SCRIPTS = frozenset({
    "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
})  # fmt: skip


class Blocked(Exception):
    """The browser does not let the script see a response, or does not even ask."""


class Browser:
    """What a browser does for a script of a page: it asks before it sends, and hides what is not allowed."""

    def __init__(self, app: Any) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://api.test")
        self.asked: list[str] = []

    async def fetch(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, *, json: object = None
    ) -> tuple[httpx.Response, Mapping[str, str]]:
        """The response, and those of its headers that the script may read."""
        sent = {"Origin": PAGE, **(headers or {})}
        unsafe = sorted(name.lower() for name in headers or {} if name.lower() not in SAFE_HEADERS)
        unsafe += ["content-type"] if json is not None else []
        if unsafe or method not in SAFE_METHODS:
            await self._ask(method, url, sorted(unsafe))
        response = await self.http.request(method, url, headers=sent, json=json)
        self._check_origin(response)
        exposed = _listed(response, "access-control-expose-headers") | SEEN_BY_SCRIPTS
        return response, {name: value for name, value in response.headers.items() if name in exposed}

    async def _ask(self, method: str, url: str, unsafe: list[str]) -> None:
        asks = {"Origin": PAGE, "Access-Control-Request-Method": method}
        if unsafe:
            asks["Access-Control-Request-Headers"] = ",".join(unsafe)
        told = await self.http.options(url, headers=asks)
        self.asked.append(url)
        self._check_origin(told)
        if told.status_code not in range(200, 300):
            raise Blocked(f"the preflight is a {told.status_code}")
        if method not in SAFE_METHODS and method.lower() not in _listed(told, "access-control-allow-methods"):
            raise Blocked(f"{method} is not allowed")
        if not set(unsafe) <= _listed(told, "access-control-allow-headers"):
            raise Blocked(f"{unsafe} are not allowed")

    def _check_origin(self, response: httpx.Response) -> None:
        if response.headers.get("access-control-allow-origin") not in (PAGE, "*"):
            raise Blocked("the origin is not allowed")


def _listed(response: httpx.Response, name: str) -> set[str]:
    return {part.strip().lower() for part in response.headers.get(name, "").split(",") if part.strip()}


def browser(framework: str, cors: str, *, allowed: str = "API-Version", **options: Any) -> tuple[Browser, Seen]:
    """A browser of an API whose CORS middleware stands outside of timegate, or inside."""
    seen = Seen()
    app = APIS[framework](seen)

    def cross_origin() -> None:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[PAGE],
            allow_methods=["*"],
            allow_headers=[allowed],
            expose_headers=["API-Version", "ETag"],
        )

    if cors == "inside":
        cross_origin()
    app.add_middleware(TimegateMiddleware, timeline=timeline(), **options)
    if cors == "outside":
        cross_origin()
    return Browser(app), seen


@pytest.fixture(params=["outside", "inside"])
def cors(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_script_sends_its_version_and_reads_the_one_in_force(framework: str, cors: str) -> None:
    page, _ = browser(framework, cors)
    response, readable = await page.fetch("GET", "/tasks/3", {"API-Version": "2025-05-17"})
    assert response.json()["version_id"] == "v1"
    # Inside, timegate adds the header after CORS has spoken, which allows it by name all the same.
    assert readable["api-version"] == OLD
    assert {"api-version", "origin"} <= {part.strip().lower() for part in response.headers["vary"].split(",")}


async def test_a_script_writes_by_any_method(framework: str, cors: str) -> None:
    page, seen = browser(framework, cors, allowed="*")
    for method, url in (("POST", "/tasks"), ("PUT", "/tasks/3")):
        sent = {"id": 1, "version_id": "q"}
        response, _ = await page.fetch(method, url, {"API-Version": OLD}, json=sent)
        assert response.json() == {**sent, "size": 0}
    response, _ = await page.fetch("DELETE", "/tasks/3", {"API-Version": HEAD})
    assert response.status_code == 204
    assert seen.handlers == ["create_task", "replace_task", "delete_task"]
    assert len(page.asked) == 3


async def test_a_preflight_needs_no_version_at_paths_that_only_older_versions_have(framework: str, cors: str) -> None:
    page, _ = browser(framework, cors)
    response, _ = await page.fetch("GET", "/jobs/3", {"API-Version": OLD})
    assert (response.status_code, response.json()["version_id"]) == (200, "w")
    response, _ = await page.fetch("GET", "/dags/a/previous", {"API-Version": OLD})
    assert response.json() == {"dag": "a", "limit": "5"}


async def test_a_preflight_never_reaches_a_handler(framework: str, cors: str) -> None:
    page, seen = browser(framework, cors)
    asks = {"Origin": PAGE, "Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "api-version"}
    for url in ("/tasks/3", "/jobs/3", "/variables/keys", "/nowhere"):
        for version in ({}, {"API-Version": "nonsense"}):
            told = await page.http.options(url, headers={**asks, **version})
            assert (told.status_code, told.text) == (200, "OK")
    assert seen.handlers == []


async def test_a_header_that_cors_does_not_allow_is_never_sent(framework: str, cors: str) -> None:
    page, seen = browser(framework, cors, allowed="X-Other")
    with pytest.raises(Blocked, match="the preflight is a 400"):
        await page.fetch("GET", "/tasks/3", {"API-Version": OLD})
    assert seen.handlers == []


@pytest.mark.parametrize("version", ["2020-01-01", "2030-01-01"])
async def test_a_script_reads_why_it_is_refused_where_cors_stands_outside(framework: str, version: str) -> None:
    page, _ = browser(framework, "outside")
    response, readable = await page.fetch("GET", "/tasks/3", {"API-Version": version})
    assert (response.status_code, readable["content-type"]) == (400, "application/problem+json")
    inside, _ = browser(framework, "inside")
    with pytest.raises(Blocked, match="origin"):
        await inside.fetch("GET", "/tasks/3", {"API-Version": version})


@pytest.mark.parametrize(
    ("select", "url"), [(path("/{version}"), f"/{OLD}/tasks/3"), (query("v"), f"/tasks/3?v={OLD}")]
)
async def test_a_version_in_the_url_needs_no_preflight(framework: str, cors: str, select: Any, url: str) -> None:
    page, _ = browser(framework, cors, select=select)
    response, _ = await page.fetch("GET", url)
    assert (response.json()["version_id"], page.asked) == ("v1", [])
    response, _ = await page.fetch("PUT", url, {"API-Version": "x"})
    assert page.asked == [url]


async def test_a_form_of_another_page_cannot_write_without_a_preflight(framework: str) -> None:
    for default in ("oldest", "latest"):
        page, seen = browser(framework, "outside", default=default)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            name = "version_id" if default == "oldest" else "dag_version_id"
            content = f'{{"id":1,"{name}":"q"}}'.encode()
            headers = {"Origin": "https://evil.example", "Content-Type": content_type}
            response = await page.http.post("/tasks", headers=headers, content=content)
            assert response.status_code in (415, 422)
        assert seen.handlers == []
