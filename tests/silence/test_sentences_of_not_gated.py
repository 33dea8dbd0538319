"""What the page on what is not gated says of what passes and of what stops the start."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny
from pydantic.json_schema import SkipJsonSchema
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Host, Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, Posted, connected, exchange, faults_of, gated, timeline_of
from timegate import Contract, current_version, endpoint, enum, on
from timegate.asgi import TimegateMiddleware


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


@shows(
    "a mounted app, an app for a host",
    "a redirect's body",
    "header fields of responses that no fact names",
)
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


HOOKS = ("webhook sold", "callback done of GET /extra")


class Showing(FastAPI):
    """An app whose document has an operation and a webhook besides."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        extra: dict[str, Any] = {"/extra": {"get": {"responses": {"200": {}}, "callbacks": {"done": {}}}}}
        return {**document, "paths": {**document["paths"], **extra}, "webhooks": {"sold": {"post": {"responses": {}}}}}


@shows(
    "and webhooks and callbacks that no route declares.",
    "an operation, a body or a parameter that the app's own document shows and no route declares | declare "
    "it on its route",
)
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
    assert [place.partition(":")[0] for place in listed] == ["GET /extra", "GET /items", "GET /items", *HOOKS]
    assert all(place.endswith("no route declares it") for place in listed[:3])


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@shows("an event stream, or a response that is text, HTML or of another media type, whose model changes;")
@pytest.mark.parametrize("kind", [PlainTextResponse, HTMLResponse, EventStream])
def test_a_response_that_is_no_json_and_whose_model_changes_stops_the_start(kind: type[Response]) -> None:
    app = FastAPI()

    @app.get("/items", response_class=kind, response_model=Item)
    def items() -> str:
        return "a"

    (fault,) = faults_of(Contract.of(app), RENAMED)
    assert fault.place == "200 of GET /items"
    assert f"{kind.media_type}, which gates cannot convert" in fault.problem


@shows("Header fields that are no parameters are left alone.")
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


@shows(
    "in a link (`Location`, `Link`), the values of path parameters and all of the query, but for what a "
    'moved path took from it | `endpoint(…).response_header("Link").retyped(to_old=f)`',
)
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


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    item: Item = Item()
    any: Any = None
    many: dict[str, Any] = {}


@shows(
    "a place typed `Any`, `dict[str, Any]`, or not at all;",
    'the extra keys of a model that allows them (`extra="allow"`)',
    "`GET /first` declares no type, so every client gets its item with head's names.",
)
def test_a_place_without_a_type_passes_with_heads_names() -> None:
    app = FastAPI()

    @app.get("/first", response_model=None)
    def first() -> object:
        return Item()

    @app.get("/open")
    def opened() -> Open:
        return Open.model_validate({"any": Item(), "many": {"sku": Item()}, "more": {"sku": "b"}})

    client = gated(app, RENAMED)
    assert exchange(client, "GET", "/first").json() == {"sku": "a"}
    assert exchange(client, "GET", "/open").json() == {
        "item": {"article": "a"},
        "any": {"sku": "a"},
        "many": {"sku": {"sku": "a"}},
        "more": {"sku": "b"},
    }


@shows("| declare the type", "Declare the type, and it is gated.")
def test_a_place_that_declares_its_type_is_gated() -> None:
    app = FastAPI()

    @app.get("/first")
    def first() -> Item:
        return Item()

    assert Contract.of(app).opaque == ()
    assert exchange(gated(app, RENAMED), "GET", "/first").json() == {"article": "a"}


def read(value: Any) -> Any:
    return {"sku": value} if isinstance(value, str) else value


class Basket(BaseModel):
    first: Annotated[Item, BeforeValidator(read)]
    second: Annotated[list[int], BeforeValidator(read)] = []


@shows("or holds a model that changes.", "It may read a text for an object,")
def test_a_place_that_holds_a_model_that_changes_takes_what_its_schema_describes() -> None:
    for facts, status in (((), 200), ((RENAMED,), 422)):
        assert Posted(Basket, *facts).send({"first": "a-7"})[0] == status
    assert Posted(Basket, RENAMED).send({"first": {"article": "a-7"}}) == (200, Basket(first=Item(sku="a-7")))


@shows("timegate never runs it: it gates what the schema describes.")
def test_a_validator_runs_when_the_app_reads_the_body_and_never_before() -> None:
    seen: list[Any] = []

    def noted(value: Any) -> Any:
        seen.append(value)
        return value

    class Noted(BaseModel):
        n: Annotated[int, BeforeValidator(noted)]

    posted = Posted(Noted, on(Noted).retyped("n", was=int, to_head=lambda n: n + 1, to_old=lambda n: n - 1))
    assert (posted.send({"n": "5"}), seen) == ((422, None), [])
    assert (posted.send({"n": 5}), seen) == ((200, Noted.model_construct(n=6)), [6])


@shows("| `gates.upgrade` and `gates.downgrade` on each message")
def test_messages_of_a_websocket_are_converted_by_the_gates() -> None:
    timeline = timeline_of(RENAMED)
    gates = timeline.compile(Contract.of_types(Item))
    app = FastAPI()

    @app.websocket("/items")
    async def items(websocket: WebSocket) -> None:
        await websocket.accept()
        version = current_version() or NEW
        item = Item.model_validate(gates.upgrade(Item, {"article": "b"}, from_version=version))
        await websocket.send_json(item.model_dump())
        await websocket.send_json(gates.downgrade(Item, item, to_version=version))

    app.add_middleware(TimegateMiddleware, timeline=timeline, sends=[Item], receives=[Item])
    _, passed, converted, *_ = connected(app, "/items", version=OLD)
    assert (json.loads(passed["text"]), json.loads(converted["text"])) == ({"sku": "b"}, {"article": "b"})


class Dated(Item):
    day: int = 1


class Shelf(BaseModel):
    first: SerializeAsAny[Item]
    spare: SkipJsonSchema[Item | None] = None


@shows("Any subclass of `Item` may leave at `first`, with fields that no schema shows; `spare` has no schema at all.")
def test_any_subclass_may_leave_where_a_field_serializes_as_any() -> None:
    app = FastAPI()

    @app.get("/")
    def shelf() -> Shelf:
        return Shelf(first=Dated(), spare=Dated())

    left = exchange(gated(app), "GET", "/").json()
    assert left["first"] == {"sku": "a", "day": 1}
    shown = Contract.of(app).document["components"]["schemas"]
    assert (list(shown["Item"]["properties"]), list(shown["Shelf"]["properties"])) == (["sku"], ["first"])
