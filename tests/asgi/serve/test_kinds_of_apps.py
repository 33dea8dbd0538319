"""Design: what else an app may be made of, and what no client may ever see."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.asgi.api import APIS, HEAD, OLD, Seen, Task, reads_untyped
from tests.asgi.api import timeline as small_timeline
from tests.sentences import shows
from timegate import Internal, Timeline, Version, VersionChange, endpoint, on, sibling
from timegate.asgi import TimegateMiddleware, path
from timegate.asgi.message.json import encode_json
from timegate.starlette import operation

pytestmark = pytest.mark.anyio


class NameIt(VersionChange):
    """It has a name."""

    changes = (on(Task).renamed("version_id", to="dag_version_id"),)


def http(app: Any, version: str | None = OLD, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, **options)
    headers = {} if version is None else {"API-Version": version}
    return httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers)


class Tasks(HTTPEndpoint):
    """A class of handlers."""

    @operation(response=Task)
    async def get(self, request: Request) -> object:
        return Task(id=1, dag_version_id="a")

    @operation(request=Task, response=Task)
    async def put(self, request: Request, *, body: Task) -> object:
        return body


async def test_a_class_of_handlers_is_gated_method_by_method() -> None:
    class NoPut(VersionChange):
        """Tasks can be replaced."""

        changes = (endpoint("/tasks", "PUT").added(), on(Task).renamed("version_id", to="dag_version_id"))

    app = Starlette(routes=[Route("/tasks", Tasks)])
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, NoPut), Version(OLD)))
    async with http(app) as client:
        got, head = await client.get("/tasks"), await client.head("/tasks")
        put = await client.put("/tasks", json={"id": 1, "version_id": "x"})
        new = await client.put("/tasks", json={"id": 1, "dag_version_id": "x"}, headers={"API-Version": HEAD})
        patch = await client.patch("/tasks")
    assert (got.json()["version_id"], head.status_code, head.content) == ("a", 200, b"")
    assert "content-length" not in head.headers
    assert (put.status_code, new.status_code, patch.status_code) == (405, 200, 405)
    assert "PUT" not in put.headers["allow"]
    assert "PUT" not in patch.headers["allow"]


async def test_an_endpoint_that_only_older_versions_have_is_not_there_for_newer_ones() -> None:
    class NoTasks(VersionChange):
        """Tasks are gone."""

        changes = (endpoint("/tasks").removed(),)

    @operation(response=Task)
    async def tasks(request: Request) -> object:
        return Task(id=1, dag_version_id="a")

    app = Starlette(routes=[Route("/tasks", tasks)])
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, NoTasks), Version(OLD)))
    async with http(app) as client:
        old, new = await client.get("/tasks"), await client.get("/tasks", headers={"API-Version": HEAD})
        none = await http(app, None).get("/tasks")
    assert (old.status_code, new.status_code, none.status_code) == (200, 404, 400)


class Address(BaseModel):
    names: list[str] = []
    prefetched: Annotated[list[str], Internal()] = []


class Single(VersionChange):
    """Prefetched names are no client's business any more."""

    changes = (on(Address).removed("addresses", was=list[str], backfill=sibling("prefetched"), loses="why"),)


def _addresses(framework: str) -> Starlette:
    @operation(request=Address, response=Address)
    async def echo(request: Request, *, body: Address) -> object:
        return Address(names=body.names, prefetched=["secret", *body.prefetched])

    if framework == "starlette":
        return Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    app = FastAPI()

    async def echo_too(body: Address) -> object:
        return Address(names=body.names, prefetched=["secret", *body.prefetched])

    app.add_api_route("/echo", echo_too, response_model=Address, methods=["POST"])
    return app


async def test_an_internal_field_reaches_no_client_not_even_one_without_a_version(framework: str) -> None:
    app = _addresses(framework)
    options: dict[str, Any] = {"timeline": Timeline(Version(HEAD, Single), Version(OLD)), "unversioned": ["/echo"]}
    app.add_middleware(TimegateMiddleware, **options)
    sent = {"names": ["a"], "prefetched": ["evil"]}
    async with http(app, None) as client:
        responses = [await client.post("/echo", json=sent, headers={"API-Version": v}) for v in (HEAD, "nonsense")]
        responses.append(await client.post("/echo", json=sent))
        old = await client.post("/echo", json={"names": ["a"]}, headers={"API-Version": OLD})
        # Without a proof that no form sent it, a body wants its type said, unless the app reads it.
        untyped = await client.post("/echo", content=b'{"names":["a"]}')
    for response in responses:
        assert (response.status_code, response.json()) == (200, {"names": ["a"]})
    assert old.json() == {"names": ["a"], "addresses": ["secret"]}
    assert untyped.status_code == (200 if reads_untyped(framework) else 415)


async def test_a_path_version_works_behind_a_proxy_that_strips_its_prefix() -> None:
    async def task(request: Request) -> object:
        return {"id": 1, "dag_version_id": str(request.url_for("task"))}

    for root_path, url in (("/api", f"/{OLD}/tasks"), ("/api", f"/api/{OLD}/tasks"), ("", f"/{OLD}/tasks")):
        app = FastAPI()
        app.add_api_route("/tasks", task, response_model=Task, name="task")
        timeline = Timeline(Version(HEAD, NameIt), Version(OLD))
        app.add_middleware(TimegateMiddleware, timeline=timeline, select=path("/{version}"))
        async with http(app, None, root_path=root_path) as client:
            response = await client.get(url)
        assert response.status_code == 200
        assert response.json()["version_id"] == f"http://api.test{root_path}/{OLD}/tasks"


@shows("Only head: its paths, its names, its bodies,")
async def test_middleware_inside_sees_heads_request_and_outside_the_clients(framework: str) -> None:
    app = _addresses(framework)
    inside: list[tuple[str, bytes]] = []

    def noting(app: Any) -> Any:
        async def noted(scope: Any, receive: Any, send: Any) -> None:
            async def sending(message: Any) -> None:
                if message["type"] == "http.response.body":
                    inside.append((scope["path"], message.get("body", b"")))
                await send(message)

            await app(scope, receive, sending)

        return noted

    app.add_middleware(noting)
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, Single), Version(OLD)))
    async with http(app) as client:
        response: Response | httpx.Response = await client.post("/echo", json={"names": ["a"]})
    assert b"prefetched" in inside[0][1]
    assert response.status_code == 200


async def test_a_shadowed_path_is_handed_over_inside_of_the_apps_own_middleware(framework: str) -> None:
    seen, passed = Seen(), list[str]()
    app = APIS[framework](seen)

    def noting(app: Any) -> Any:
        async def noted(scope: Any, receive: Any, send: Any) -> None:
            passed.append(scope["path"])
            await app(scope, receive, send)

        return noted

    app.add_middleware(noting)
    app.add_middleware(TimegateMiddleware, timeline=small_timeline())
    async with http(app) as client:
        response = await client.get("/variables/keys")
    assert (response.json(), passed, seen.handlers) == ({"key": "keys"}, ["/variables/keys"], ["get_variable"])


@shows("the 500 that Starlette sends for an unhandled exception")
async def test_a_500_that_is_made_outside_of_every_middleware_tells_no_version(framework: str) -> None:
    app = APIS[framework](Seen(error=RuntimeError("boom")))
    app.add_middleware(TimegateMiddleware, timeline=small_timeline())
    async with http(app) as client:
        response = await client.get("/tasks/3")
    assert (response.status_code, "api-version" in response.headers) == (500, False)


async def test_the_document_of_a_version_is_made_once() -> None:
    made: list[object] = []

    def encoder(value: object) -> bytes:
        made.append(value)
        return encode_json(value)

    app = APIS["fastapi"](Seen())
    app.add_middleware(TimegateMiddleware, timeline=small_timeline(), encoder=encoder)
    async with http(app) as client:
        documents = [(await client.get("/openapi.json")).content for _ in range(3)]
        head = (await client.get("/openapi.json", headers={"API-Version": HEAD})).content
    assert len(set(documents)) == 1
    assert head != documents[0]
    assert len(made) == 2
