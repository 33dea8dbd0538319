"""The handler of validation errors that an app has gets the app's own in the names of the client."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

from tests.sentences import shows
from tests.silence.exchanges import NEW, exchange, gated
from tests.silence.own_form import FACTS, NO_MEMBER, Item, names, own, refused, shop, told_by_its_routes
from timegate import endpoint


@shows(
    "It gets the app's own validation errors in the same way,",
    "so that it may write them in any form and with any status.",
)
@pytest.mark.parametrize("status", [400, 422])
def test_what_the_app_refuses_is_told_in_the_clients_names_in_any_form(status: int) -> None:
    def plain(request: Request, error: RequestValidationError) -> Response:
        return refused(error, status)

    async def deep(request: Request, error: RequestValidationError) -> Response:
        return JSONResponse({"error": {"wrong": {name: name for name in names(error)}}}, status)

    app = gated(shop(plain, status=status), *FACTS)
    for sent, fields in (({}, ["body.article"]), ({"article": 5, "n": "x"}, ["body.article", "body.n"])):
        response = exchange(app, "POST", "/items?n=1", body=sent)
        assert (response.status, response.json()) == (status, {"message": "invalid", "fields": fields})
    response = exchange(app, "POST", "/items", version=NEW, body={"article": "x"})
    assert (response.status, response.json()) == (status, {"message": "invalid", "fields": ["body.sku"]})
    undeclared = gated(shop(deep, status=409), *FACTS)
    response = exchange(undeclared, "POST", "/items", body={})
    assert (response.status, response.json()) == (status, {"error": {"wrong": {"body.article": "body.article"}}})


def test_a_handler_gets_the_apps_own_refusals_with_the_request_of_the_client() -> None:
    seen: list[Any] = []

    async def handle(request: Request, error: RequestValidationError) -> Response:
        seen[:] = error.body, await request.body(), request.url.path, request.path_params, request.state.asked
        return refused(error)

    app = FastAPI(exception_handlers={RequestValidationError: handle})

    class Asking:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app({**scope, "state": {"asked": "by whom"}}, receive, send)

    app.add_middleware(Asking)

    @app.put("/items/{item_id}")
    def put(item_id: str, item: Item, n: int = 0) -> Item:
        return item

    @app.put("/plain/{item_id}")
    def plain(item_id: str, item: list[int], limit: int = 0) -> int:
        return limit

    served = gated(
        app,
        *FACTS,
        endpoint("/things/{item_id}").moved(to="/items/{item_id}"),
        endpoint("/plain/{item_id}").query("max").renamed(to="limit"),
    )
    response = exchange(served, "PUT", "/things/7", body={"article": 5})
    assert (response.status, response.json()["fields"]) == (422, ["body.article"])
    assert seen == [{"article": 5}, b'{"article": 5}', "/things/7", {"item_id": "7"}, "by whom"]
    # A body that no change touches is as it was.
    response = exchange(served, "PUT", "/plain/7?max=x", body=[1])
    assert (response.status, response.json()["fields"]) == (422, ["query.max"])
    assert seen == [[1], b"[1]", "/plain/7", {"item_id": "7"}, "by whom"]


def test_an_app_may_raise_validation_errors_itself_with_anything_in_them() -> None:
    app = FastAPI(exception_handlers={RequestValidationError: anything})

    @app.post("/items")
    def add(item: Item) -> Item:
        raise RequestValidationError(["no", {"loc": ("body", "sku"), "msg": "none left"}], body="theirs")

    response = exchange(gated(app, *FACTS), "POST", "/items", body={"article": "x"})
    assert response.json() == [["no", {"loc": ["body", "article"], "msg": "none left"}], "theirs"]


async def anything(request: Request, error: RequestValidationError) -> Response:
    return JSONResponse([[*error.errors()], error.body], 422)


def test_a_request_that_is_handed_over_is_told_of_in_the_clients_names() -> None:
    """`GET /items/best` came later: old clients ask for the item that is called so."""
    app = FastAPI(exception_handlers={RequestValidationError: own})

    @app.get("/items/best")
    def best() -> int:
        return 1

    @app.get("/items/{item}")
    def get(item: str, limit: int) -> int:
        return limit

    served = gated(
        app, endpoint("/items/best").added(), endpoint("/items/{item}", "GET").query("max").renamed(to="limit")
    )
    response = exchange(served, "GET", "/items/best?max=x")
    assert (response.status, response.json()) == (422, {"message": "invalid", "fields": ["query.max"]})
    assert exchange(served, "GET", "/items/best?max=3").json() == 3
    assert exchange(served, "GET", "/items/best", version=NEW).json() == 1


@shows(
    "a class of FastAPI's routes that tells validation errors itself (`get_route_handler`): "
    "what timegate refuses has the form of the app's handler of them, or FastAPI's "
    "| a handler of `RequestValidationError`"
)
def test_a_class_of_routes_that_tells_validation_errors_itself_is_not_asked() -> None:
    app = FastAPI(exception_handlers={RequestValidationError: anything})
    app.router.route_class = told_by_its_routes(lambda error: JSONResponse({"told": names(error)}, 422))

    @app.post("/items")
    def add(item: Item) -> Item:
        return item

    served = gated(app, *FACTS)
    assert exchange(served, "POST", "/items", body={}).json() == {"told": ["body.sku"]}
    (error,), _ = exchange(served, "POST", "/items", body=NO_MEMBER).json()
    assert error["loc"] == ["body", "kind"]
