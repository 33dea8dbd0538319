"""An app's own document may show more than its routes declare: that is listed, and nothing is refused."""

from typing import Any

import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from tests.silence.exchanges import OLD, exchange, gated
from timegate import Contract, on


class Item(BaseModel):
    name: str = "a"


CONTENT = {"content": {"application/json": {"schema": {"type": "object"}}}}
MORE: dict[str, tuple[dict[str, Any], str]] = {
    "a body": ({"requestBody": CONTENT}, "a body of the request"),
    "parameters": ({"parameters": [{"in": "query", "name": "limit"}]}, "the query parameters limit"),
    "header fields": ({"parameters": [{"in": "header", "name": "X-Tenant"}]}, "the header parameters X-Tenant"),
    "a response": ({"responses": {"200": CONTENT}}, "the body of its 200"),
}


def app_of(*, at: str = "/raw", more: dict[str, Any] | None = None) -> FastAPI:
    """An app whose author adds to its document."""
    app = FastAPI()

    @app.get("/items")
    async def items() -> Item:
        return Item()

    async def raw() -> Response:
        return Response(b"raw")

    app.add_api_route("/raw", raw)

    def with_more() -> dict[str, Any]:
        document = FastAPI.openapi(app)
        document["paths"].setdefault(at, {}).setdefault("get", {"responses": {}}).update(more or {})
        return document

    app.__dict__["openapi"] = with_more
    return app


@pytest.mark.parametrize("path", ["/proxied", "/ws/{room}", "/mounted/inner"])
def test_a_path_that_no_route_has_is_listed(path: str) -> None:
    app = app_of(at=path)
    listed = f"GET {path}: its document shows an operation, and no route declares it"
    assert listed in Contract.of(app).opaque
    changed = gated(app, on(Item).renamed("title", to="name"))
    assert exchange(changed, "GET", "/items").json() == {"title": "a"}


@pytest.mark.parametrize("kind", MORE)
def test_a_part_that_its_route_does_not_declare_is_listed(kind: str) -> None:
    more, shown = MORE[kind]
    app = app_of(more=more)
    assert f"GET /raw: its document shows {shown}, and no route declares it" in Contract.of(app).opaque
    changed = gated(app, on(Item).renamed("title", to="name"))
    assert exchange(changed, "GET", "/items").json() == {"title": "a"}
    assert exchange(changed, "GET", "/raw").content == b"raw"


@pytest.mark.parametrize("kind", MORE)
def test_a_document_that_is_set_from_outside_may_show_more_too(kind: str) -> None:
    app = app_of()
    del app.__dict__["openapi"]
    document = app.openapi()
    document["paths"]["/raw"]["get"].update(MORE[kind][0])
    app.openapi_schema = document
    assert any(MORE[kind][1] in one for one in Contract.of(app).opaque)
    assert app.openapi_schema is document


def test_a_document_may_show_less() -> None:
    app = app_of()

    def trimmed() -> dict[str, Any]:
        document = FastAPI.openapi(app)
        return {**document, "paths": {}, "components": {}}

    app.__dict__["openapi"] = trimmed
    changed = gated(app, on(Item).renamed("title", to="name"))
    assert exchange(changed, "GET", "/items", version=OLD).json() == {"title": "a"}
