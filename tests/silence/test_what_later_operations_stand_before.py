"""What an older client has at the path of a later operation: a redirect, a mount, or a route that is no operation."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Match, Mount, Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, exchange, gated
from timegate import endpoint, on
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = "s"


RENAMED = on(Item).renamed("article", to="sku")


def app_of(*paths: str, method: str = "GET") -> FastAPI:
    app = FastAPI()
    for path in paths:

        async def handler() -> Item:
            return Item()

        app.add_api_route(path, handler, methods=[method])
    return app


@shows(
    "a path that its version has with a slash more or less at its end | 307 to it, "
    "where the app redirects so (`redirect_slashes`)"
)
@pytest.mark.parametrize(
    ("paths", "fact", "target", "location"),
    [
        (["/items/"], endpoint("/items", "GET").moved(to="/items/"), "/items/?a=b", "/items?a=b"),
        (["/items"], endpoint("/items/", "GET").moved(to="/items"), "/items", "/items/"),
        (["/items", "/items/"], endpoint("/items/", "GET").added(), "/items/", "/items"),
        (["/items", "/items/"], endpoint("/items", "GET").added(), "/items", "/items/"),
        (["/a/{one}", "/a/"], endpoint("/a/{one}/", "GET").moved(to="/a/{one}"), "/a/1", "/a/1/"),
    ],
)
def test_the_slash_of_the_versions_path_is_told(paths: list[str], fact: Any, target: str, location: str) -> None:
    app = app_of(*paths)
    response = exchange(gated(app, fact), "GET", target)
    assert (response.status, response.headers["location"]) == (307, f"http://test{location}")
    assert response.headers["api-version"] == "2025-01-01"
    assert exchange(gated(app, fact), "GET", location).status == 200
    assert exchange(gated(app, fact), "GET", target, version=NEW).status == 200


def test_the_url_is_the_versions_own_whatever_head_has_there() -> None:
    app = app_of("/items", "/items/")
    shop = gated(
        app,
        endpoint("/items", "GET").moved(to="/items/"),
        endpoint("/things", "GET").moved(to="/items"),
    )
    response = exchange(shop, "GET", "/items/")
    assert (response.status, response.headers["location"]) == (307, "http://test/items")


def test_an_app_that_redirects_no_slashes_has_none_there() -> None:
    app = FastAPI(redirect_slashes=False)

    @app.get("/items/")
    async def items() -> Item:
        return Item()

    shop = gated(app, endpoint("/items", "GET").moved(to="/items/"))
    assert exchange(shop, "GET", "/items/").status == 404


def test_a_later_operation_of_another_method_hides_no_redirect() -> None:
    app = app_of("/items")

    @app.post("/items/")
    async def post(item: Item) -> Item:
        return item

    response = exchange(gated(app, RENAMED, endpoint("/items/", "POST").added()), "POST", "/items/", body={})
    assert (response.status, response.headers["location"]) == (307, "http://test/items")


async def told(request: Request) -> Response:
    return JSONResponse({"mount": request.scope["root_path"], **request.path_params})


LEGACY = Starlette(routes=[Route("/{rest:path}", told)])


@shows("a path of a later operation that its version has below a mount,")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/legacy/items", "/legacy/{name}"])
def test_a_mount_serves_what_became_an_operation_later(path: str, method: str) -> None:
    app = app_of(path)
    app.mount("/legacy", LEGACY)
    shop = gated(app, RENAMED, endpoint(path, "GET").added())
    old, new = (exchange(shop, method, "/legacy/items", version=version) for version in ("2025-01-01", NEW))
    assert (old.status, new.status) == (200, 200)
    if method == "GET":
        assert (old.json(), new.json()) == ({"mount": "/legacy", "rest": "items"}, {"sku": "s"})


@shows("or of another route that is no operation | that route serves it")
def test_a_route_that_is_no_operation_serves_what_became_one_later() -> None:
    app = app_of("/pages/items")

    async def page(request: Request) -> Response:
        return PlainTextResponse(request.path_params["name"])

    app.add_route("/pages/{name}", page)
    shop = gated(app, RENAMED, endpoint("/pages/items", "GET").added())
    assert exchange(shop, "GET", "/pages/items").content == b"items"
    assert exchange(shop, "GET", "/pages/items", version=NEW).json() == {"sku": "s"}


def test_a_mount_that_leads_to_the_later_operation_does_not_serve_it() -> None:
    @operation(response=Item)
    async def items(request: Request) -> Item:
        return Item()

    @operation(response=Item)
    async def others(request: Request) -> Item:
        return Item()

    app = Starlette(routes=[Mount("/api", routes=[Route("/items", items), Route("/others", others)])])
    shop = gated(app, RENAMED, endpoint("/api/items", "GET").added())
    assert exchange(shop, "GET", "/api/items").status == 404
    assert exchange(shop, "GET", "/api/others").json() == {"article": "s"}


def test_apps_read_the_attributes_of_each_route_also_of_the_one_that_hands_over() -> None:
    app = app_of("/items/latest", "/items/{name}")
    seen: list[Any] = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        matched = [route for route in app.routes if route.matches(scope)[0] is Match.FULL]
        first: Any = matched[0]
        seen.append((first.path, first.name))
        await app(scope, receive, send)

    shop = gated(noting, RENAMED, endpoint("/items/latest", "GET").added(), contract=app)
    assert exchange(shop, "GET", "/items/latest").json() == {"article": "s"}
    assert exchange(shop, "GET", "/items/3").json() == {"article": "s"}
    assert seen == [("/items/{name}", "handler")] * 2
    every: list[Any] = [*app.routes]
    assert all(isinstance(one.path, str) and isinstance(one.name, str) for one in every)
