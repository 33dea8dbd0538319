"""A route in the place of an equal one, and another app below a mount: they have gates of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route, Router

from tests.sentences import shows
from tests.silence.exchanges import OLD, exchange, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware, path
from timegate.starlette import operation


class Item(BaseModel):
    sku: str


class Other(BaseModel):
    sku: str


RENAMED = timeline_of(on(Item).renamed("article", to="sku"))


def handler() -> dict[str, str]:
    return {"sku": "a-7"}


def declared(router: Any, model: Any) -> None:
    router.add_api_route("/x", handler, response_model=model)


def replace(router: Any, model: Any) -> None:
    """Put a route with another model in the place of that of a path, handler and methods; it stays in the middle."""
    at = next(index for index, route in enumerate(router.routes) if route.path == "/x")
    declared(router, model)
    router.routes[at] = router.routes.pop()


def app_of(model: Any) -> tuple[Any, Callable[[Any], None]]:
    app = FastAPI()
    declared(app, model)
    app.add_api_route("/y", handler, response_model=Other)
    return app, lambda other: replace(app.router, other)


def included(model: Any) -> tuple[Any, Callable[[Any], None]]:
    app, router = FastAPI(), APIRouter()
    declared(router, model)
    router.add_api_route("/y", handler, response_model=Other)
    app.include_router(router)
    app.add_api_route("/z", handler, response_model=Other)
    holder = router if any(hasattr(route, "original_router") for route in app.routes) else app.router
    return app, lambda other: replace(holder, other)


@shows("Routes that are added, removed or replaced later make it compile again.")
@pytest.mark.parametrize("make", [app_of, included])
def test_an_equal_route_with_another_model_has_its_own_gates(make: Any) -> None:
    for first, second in ((Other, Item), (None, Item)):
        app, change = make(first)
        served = TimegateMiddleware(app, timeline=RENAMED, sends=[Item])
        assert exchange(served, "GET", "/x").json() == {"sku": "a-7"}
        change(second)
        assert exchange(served, "GET", "/x").json() == {"article": "a-7"}
        change(first)
        assert exchange(served, "GET", "/x").json() == {"sku": "a-7"}
        assert exchange(served, "GET", "/y").json() == {"sku": "a-7"}


@pytest.mark.parametrize("first", [Other, None])
def test_it_has_them_where_the_version_is_in_the_path_too(first: Any) -> None:
    app, change = app_of(first)
    served = TimegateMiddleware(app, timeline=RENAMED, sends=[Item], select=path("/{version}"))
    assert exchange(served, "GET", f"/{OLD}/x", version=None).json() == {"sku": "a-7"}
    change(Item)
    assert exchange(served, "GET", f"/{OLD}/x", version=None).json() == {"article": "a-7"}


def test_a_route_whose_types_cannot_be_gated_is_not_served_in_the_place_of_an_equal_one() -> None:
    class Gone(BaseModel):
        sku: str

    app, change = app_of(Gone)
    served = TimegateMiddleware(app, timeline=timeline_of(on(Gone).renamed("article", to="sku")))
    assert exchange(served, "GET", "/x").json() == {"article": "a-7"}
    change(Item)
    assert exchange(served, "GET", "/x").status == 500
    assert exchange(served, "GET", "/x", version=None).status == 500


def endpoint_of(model: Any) -> Any:
    @operation(response=model)
    async def get(request: Request) -> Any:
        return model(sku="a-7")

    return get


@shows("So does another `app` that a mount of routes gets.")
def test_another_app_below_a_mount_has_gates() -> None:
    mount = Mount("/m", routes=[Route("/a", endpoint_of(Other))])
    app = Starlette(routes=[mount])
    served = TimegateMiddleware(app, timeline=RENAMED, sends=[Item])
    assert exchange(served, "GET", "/m/a").json() == {"sku": "a-7"}
    mount.app = Router([Route("/b", endpoint_of(Item))])
    assert exchange(served, "GET", "/m/b").json() == {"article": "a-7"}
    assert exchange(served, "GET", "/m/a").status == 404
