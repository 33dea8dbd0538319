"""A version's document has an entity tag of its own, and the list of versions links to it from below a version too."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.silence.exchanges import NEW, OLD, exchange, timeline_of
from timegate import endpoint, on
from timegate.asgi import TimegateMiddleware, list_versions, path


class Item(BaseModel):
    sku: str


def tagged(app: Any) -> Any:
    """Gives every document one tag, and responds to a condition."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if (b"if-none-match", b'"abc"') in scope["headers"]:
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"abc"')]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"etag", b'"abc"')]}
            await send(message)

        await app(scope, receive, sending)

    return serve


@pytest.mark.parametrize(
    "fact", [endpoint("/items").query("nom").renamed(to="name"), on(Item).renamed("article", to="sku")]
)
def test_the_tag_of_a_versions_document_is_its_own_where_no_response_changes_too(fact: Any) -> None:
    app = FastAPI()

    @app.get("/items")
    def get(name: str = "") -> Item:
        return Item(sku=name)

    served = TimegateMiddleware(tagged(app), timeline=timeline_of(fact), contract=app)
    tag = exchange(served, "GET", "/openapi.json").headers["etag"]
    assert tag == f'"abc;{OLD}"'
    assert exchange(served, "GET", "/openapi.json", headers={"if-none-match": tag}).status == 304
    assert exchange(served, "GET", "/openapi.json", headers={"if-none-match": '"abc"'}).status == 200


@pytest.mark.parametrize("mounted", [False, True])
def test_a_list_below_a_version_links_to_the_documents_of_all(mounted: bool) -> None:
    inner = FastAPI()
    inner.add_api_route("/versions", list_versions)
    timeline = timeline_of()
    inner.add_middleware(TimegateMiddleware, timeline=timeline, select=path("/{version}"), unversioned=("/versions",))
    app: Any = Starlette(routes=[Mount("/sub", app=inner)]) if mounted else inner
    above = "/sub" if mounted else ""
    for below in ("", f"/{NEW}", f"/{OLD}"):
        listed = exchange(app, "GET", f"{above}{below}/versions", version=None).json()["versions"]
        links = [one["document"]["href"] for one in listed]
        assert links == [f"{above}/{version}/openapi.json" for version in (NEW, OLD)]
        for link, version in zip(links, (NEW, OLD), strict=True):
            document = exchange(app, "GET", link, version=None).json()
            assert document["info"]["version"] == version
