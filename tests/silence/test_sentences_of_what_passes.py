"""What the page on what is not gated says of URLs in bodies, and of what is between timegate and the app."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import App, exchange, gated
from timegate import Contract, endpoint, on


class Item(BaseModel):
    sku: str = "a"


class Page(BaseModel):
    next: str


RENAMED = on(Item).renamed("article", to="sku")


@shows(
    "a URL in a body that leads to an operation which has moved: head's |",
    "a field with a function that writes it: `on(…).retyped(…, to_old=f)`",
)
def test_a_url_in_a_body_is_heads() -> None:
    app = FastAPI()

    @app.get("/items", name="page")
    def page(request: Request) -> Page:
        return Page(next=request.url_for("page").path)

    moved = endpoint("/things", "GET").moved(to="/items")
    assert exchange(gated(app, moved), "GET", "/things").json() == {"next": "/items"}
    written = on(Page).retyped("next", to_old=lambda url: url.replace("/items", "/things"))
    assert exchange(gated(app, moved, written), "GET", "/things").json() == {"next": "/things"}


@shows("what a handler or a dependency of FastAPI reads from `Request` without declaring it | declare the body")
def test_what_is_read_by_hand_is_heads() -> None:
    app = FastAPI()

    @app.post("/items")
    async def post(request: Request) -> Item:
        return Item.model_validate(await request.json())

    @app.post("/declared")
    async def declared(item: Item) -> Item:
        return item

    sent = exchange(gated(app, RENAMED), "POST", "/items", body={"sku": "of head"})
    assert sent.json() == {"article": "of head"}
    assert exchange(gated(app, RENAMED), "POST", "/declared", body={"article": "b"}).json() == {"article": "b"}


class Stripping:
    """Takes the slash at the end of a path away."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app({**scope, "path": scope["path"].rstrip("/")}, receive, send)


@shows(
    "a request whose path or method a middleware between timegate and the app changes:",
    "it was no operation of its version | put that middleware outside of timegate",
)
def test_a_path_that_changes_behind_timegate_is_no_operation() -> None:
    app = FastAPI(redirect_slashes=False)

    @app.get("/items")
    def items() -> Item:
        return Item()

    inside = gated(Stripping(app), RENAMED, contract=app)
    assert exchange(inside, "GET", "/items/").json() == {"sku": "a"}
    assert exchange(Stripping(gated(app, RENAMED)), "GET", "/items/").json() == {"article": "a"}


@shows(
    "of a document (`Contract.from_openapi`), a base path in `servers`:",
    "operations are those at its `paths` as they stand | write the whole paths",
)
def test_the_paths_of_a_document_count_without_its_servers() -> None:
    app = FastAPI()

    @app.get("/v1/items")
    @app.get("/items")
    def items() -> Item:
        return Item()

    document = app.openapi()
    del document["paths"]["/v1/items"]
    document["servers"] = [{"url": "https://api.test/v1"}]
    renamed = on("Item").renamed("article", to="sku")
    served = gated(app, renamed, contract=Contract.from_openapi(document))
    assert exchange(served, "GET", "/items").json() == {"article": "a"}
    assert exchange(served, "GET", "/v1/items").json() == {"sku": "a"}
    document["paths"]["/v1/items"] = document["paths"].pop("/items")
    whole = gated(app, renamed, contract=Contract.from_openapi(document))
    assert exchange(whole, "GET", "/v1/items").json() == {"article": "a"}
