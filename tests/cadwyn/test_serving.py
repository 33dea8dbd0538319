"""Promises 75 to 86: serving."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.cadwyn import NEW, OLD, ask, gated, gates_of, shown, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware, path

LOG: list[str] = []


class Item(BaseModel):
    sku: str


class Hook(BaseModel):
    name: str


async def static(request: Request) -> PlainTextResponse:
    return PlainTextResponse("static")


def who() -> str:
    return "real"


app = FastAPI()
app.mount("/static", Starlette(routes=[Route("/file", static)]))


@app.get("/items/")
def items(name: Annotated[str, Depends(who)], tasks: BackgroundTasks) -> Item:
    tasks.add_task(LOG.append, "task")
    return Item(sku=name)


@app.get("/health")
def health() -> str:
    return "well"


@app.webhooks.post("hook")
def hook(body: Hook) -> None:
    raise NotImplementedError


RENAMED = on(Item).renamed("article", to="sku")


def test_75_a_version_between_two_gets_the_older_one_and_an_earlier_one_the_list() -> None:
    assert ask(app, "GET", "/items/", RENAMED, version="2025-05-31").json() == {"article": "real"}
    assert ask(app, "GET", "/items/", RENAMED, version=OLD).json() == {"article": "real"}
    refused = ask(app, "GET", "/items/", RENAMED, version="2024-12-31")
    assert (refused.status_code, refused.json()["supported_versions"]) == (400, [NEW, OLD])


@pytest.mark.parametrize("version", ["yesterday", "2025-13-01"])
def test_76_a_version_that_is_none_is_one_clear_error(version: str) -> None:
    refused = ask(app, "GET", "/items/", RENAMED, version=version)
    assert (refused.status_code, refused.json()["requested_version"]) == (400, version)


def test_77_methods_and_slashes_are_the_apps_within_a_version() -> None:
    refused = ask(app, "POST", "/items/", RENAMED)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert ask(app, "GET", "/items", RENAMED).headers["location"].endswith("/items/")


def test_78_the_version_in_force_is_told() -> None:
    assert ask(app, "GET", "/items/", RENAMED, version="2025-05-31").headers["API-Version"] == OLD


def test_79_a_default_version_and_unversioned_operations() -> None:
    with gated(app, timeline_of(RENAMED), default=OLD, unversioned=("/health",)) as client:
        assert client.get("/items/").json() == {"article": "real"}
        assert client.get("/health").json() == "well"
        assert client.get("/health", headers={"API-Version": NEW}).headers["API-Version"] == NEW


def test_80_a_version_in_the_path_may_have_a_default() -> None:
    with gated(app, timeline_of(RENAMED), select=path("/{version}"), default=NEW) as client:
        assert client.get(f"/{OLD}/items/").json() == {"article": "real"}
        assert client.get("/items/").json() == {"sku": "real"}


def test_81_each_version_has_its_document_and_an_unknown_one_has_none() -> None:
    with gated(app, timeline_of(RENAMED)) as client:
        documents = {one: client.get("/openapi.json", headers={"API-Version": one}).json() for one in (OLD, NEW)}
        assert [one["info"]["version"] for one in documents.values()] == [OLD, NEW]
        schemas = [one["components"]["schemas"]["Item"]["properties"].keys() for one in documents.values()]
        assert schemas == [{"article"}, {"sku"}]
        assert client.get("/openapi.json", headers={"API-Version": "2020-01-01"}).status_code == 400
    hidden = FastAPI(openapi_url=None)
    hidden.add_api_route("/items/", items, response_model=Item)
    hidden.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    with TestClient(hidden) as client:
        assert client.get("/openapi.json", headers={"API-Version": OLD}).status_code == 404


def test_82_the_pages_of_documentation_are_the_apps_own() -> None:
    with gated(app, timeline_of(RENAMED)) as client:
        assert client.get("/docs").status_code == 200
        assert shown(client, OLD) != shown(client, NEW)


def test_83_a_mounted_app_passes() -> None:
    assert ask(app, "GET", "/static/file", RENAMED).text == "static"


def test_84_background_tasks_and_the_lifespan_run_once() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        LOG.append("start")
        yield
        LOG.append("stop")

    LOG.clear()
    living = FastAPI(lifespan=lifespan)
    living.router.routes = app.router.routes.copy()
    living.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    with TestClient(living) as client:
        assert client.get("/items/", headers={"API-Version": OLD}).json() == {"article": "real"}
    assert LOG == ["start", "task", "stop"]


def test_85_overridden_dependencies_are_overridden_in_every_version() -> None:
    tested = FastAPI()
    tested.add_api_route("/items/", items, response_model=Item)
    tested.dependency_overrides[who] = lambda: "fake"
    tested.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    with TestClient(tested) as client:
        for version, key in ((OLD, "article"), (NEW, "sku")):
            assert client.get("/items/", headers={"API-Version": version}).json() == {key: "fake"}


def test_86_what_a_webhook_sends_is_that_of_the_subscribers_version() -> None:
    gates = gates_of(app, on(Hook).renamed("title", to="name"))
    assert gates.downgrade(Hook, {"name": "n"}, to_version=OLD) == {"title": "n"}
    assert list(gates.contract(OLD)["components"]["schemas"]["Hook"]["properties"]) == ["title"]
