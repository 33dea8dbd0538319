"""What the page on what is not gated says of what passes and of what stops the start."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Host, Route

from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, endpoint, enum, on


class Item(BaseModel):
    sku: str = "a"


RENAMED = on(Item).renamed("article", to="sku")


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/items")
    def items(response: Response) -> Item:
        response.headers["X-Sku"] = "sku"
        response.headers["Refresh"] = "5; url=/sku"
        return Item()

    @app.get("/redirected", response_model=Item)
    def redirected() -> Response:
        return JSONResponse({"sku": "a"}, 303, headers={"Location": "/items"})

    async def inner(request: Request) -> Response:
        return JSONResponse({"sku": "inner"})

    app.router.routes.append(Host("files.test", Starlette(routes=[Route("/own", inner)])))
    app.mount("/mounted", Starlette(routes=[Route("/items", inner)]))
    return app


@pytest.mark.parametrize(
    ("path", "host", "body", "fields"),
    [
        ("/items", "api.test", {"article": "a"}, {"x-sku": "sku", "refresh": "5; url=/sku"}),
        ("/redirected", "api.test", {"sku": "a"}, {"location": "/items"}),
        ("/mounted/items", "api.test", {"sku": "inner"}, {}),
        ("/own", "files.test", {"sku": "inner"}, {}),
    ],
)
def test_what_passes_as_it_is(path: str, host: str, body: Any, fields: dict[str, str]) -> None:
    response = exchange(gated(shop(), RENAMED), "GET", path, headers={"host": host})
    assert response.json() == body
    assert {name: response.headers[name] for name in fields} == fields


def test_what_is_an_app_of_its_own_is_listed() -> None:
    assert Contract.of(shop()).opaque == (
        "everything of the host files.test: an app of its own",
        "everything below /mounted: an app of its own",
    )


class Showing(FastAPI):
    """An app whose document has an operation besides."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        return {**document, "paths": {**document["paths"], "/extra": {"get": {"responses": {"200": {}}}}}}


def test_what_only_the_document_shows_is_listed() -> None:
    app = Showing()
    shown = {
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
    }

    @app.get("/items", openapi_extra=shown)
    def items() -> Item:
        return Item()

    listed = Contract.of(app).opaque
    assert [place.partition(":")[0] for place in listed] == ["GET /extra", "GET /items", "GET /items"]
    assert all(place.endswith("no route declares it") for place in listed)


@pytest.mark.parametrize("kind", [PlainTextResponse, HTMLResponse])
def test_a_response_that_is_no_json_and_whose_model_changes_stops_the_start(kind: type[Response]) -> None:
    app = FastAPI()

    @app.get("/items", response_class=kind, response_model=Item)
    def items() -> str:
        return "a"

    (fault,) = faults_of(Contract.of(app), RENAMED)
    assert fault.place == "200 of GET /items"
    assert f"{kind.media_type}, which gates cannot convert" in fault.problem


def test_a_header_field_that_is_no_parameter_is_left_alone() -> None:
    app = FastAPI()

    @app.get("/ask")
    def ask(request: Request, x_size: Annotated[int, Header()] = 1) -> list[str]:
        return [request.headers["x-other"], request.headers["x-size"]]

    served = gated(app, endpoint("/ask").header("x-size").retyped(was=int, to_head=lambda size: size + 1))
    response = exchange(served, "GET", "/ask", headers={"x-size": "1", "x-other": "any, thing; at=all"})
    assert response.json() == ["any, thing; at=all", "2"]
    assert exchange(served, "GET", "/ask", headers={"x-size": "big", "x-other": ""}).status == 422


class Size(StrEnum):
    SMALL = "small"


def test_values_in_links_are_todays_unless_a_fact_converts_them() -> None:
    app = FastAPI()

    @app.get("/sizes/{size}")
    def sized(size: Size, response: Response, limit: int = 1) -> str:
        response.headers["Link"] = f"</sizes/{size.value}?limit={limit}>; rel=next"
        return size.value

    def as_before(link: str) -> str:
        return link.replace("/small", "/s").replace("limit=", "count=")

    at = endpoint("/sizes/{size}")
    facts = (enum(Size).renamed("s", to="small"), at.query("count").renamed(to="limit"))
    converted = at.response_header("Link").retyped(to_old=as_before)
    for more, link in (((), "</sizes/small?limit=2>"), ((converted,), "</sizes/s?count=2>")):
        response = exchange(gated(app, *facts, *more), "GET", "/sizes/s?count=2")
        assert (response.status, response.headers["link"]) == (200, f"{link}; rel=next")
