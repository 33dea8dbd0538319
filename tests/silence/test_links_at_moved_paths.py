"""A link leads an old client to the path that its version has, and a value that has no place there is in no link."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated, old_client
from timegate import endpoint

TURNED = endpoint("/users/{user}/reviews/{review}").moved(to="/reviews/{review}/by/{user}")


def linking(*, to: str) -> FastAPI:
    """An app whose every response has one link in three header fields."""
    app = FastAPI()

    async def read(response: Response, shop: str = "none") -> None:
        response.headers["Location"] = response.headers["Content-Location"] = to
        response.headers["Link"] = f"<{to}>; rel=next"

    for place in ("/reviews/{review}/by/{user}", "/orders", "/reviews/all", "/lists/of/reviews", "/files/{name:path}"):
        app.add_api_route(place, read)
    return app


SHOPS = endpoint("/shops/{shop}/orders").moved(to="/orders?shop={shop}")


@shows("A link may be relative: it leads the client to what it led to from the path that the app got.")
@pytest.mark.parametrize(
    ("at", "to", "link"),
    [
        # From a path that is the same in both versions.
        ("/reviews/all", "r1/by/ada", "/users/ada/reviews/r1"),
        ("/reviews/all", "./r1/by/ada#top", "/users/ada/reviews/r1#top"),
        ("/reviews/all", "../reviews/r1/by/ada?b=c", "/users/ada/reviews/r1?b=c"),
        ("/lists/of/reviews", "../../orders?shop=north&limit=3", "/shops/north/orders?limit=3"),
        ("/reviews/all", "/lists/../reviews/r1/by/ada", "/users/ada/reviews/r1"),
        ("/reviews/all", "//api.test/reviews/r1/by/ada", "//api.test/users/ada/reviews/r1"),
        ("/reviews/all", "../files/a", "../files/a"),
        ("/reviews/all", "all", "all"),
        ("/reviews/all", "mailto:r1/by/ada", "mailto:r1/by/ada"),
        ("/reviews/all", "//[r1/by/ada", "//[r1/by/ada"),
        # From one that has moved: the app means a reference from today's path, and the client reads it from its own.
        ("/users/ada/reviews/r1", "bob", "/users/bob/reviews/r1"),
        ("/users/ada/reviews/r1", "../../r2/by/ada", "/users/ada/reviews/r2"),
        ("/users/ada/reviews/r1", "../../all", "/reviews/all"),
        ("/users/ada/reviews/r1", "?page=2", "?page=2"),
        ("/users/ada/reviews/r1", "#top", "#top"),
        ("/users/ada/reviews/r1", "", ""),
        ("/shops/north/orders", "?shop=south&limit=3", "/shops/south/orders?limit=3"),
        ("/shops/north/orders", "?limit=3", "/orders?limit=3"),
    ],
)
def test_a_relative_link_leads_the_client_to_where_the_app_has_meant_it(at: str, to: str, link: str) -> None:
    response = old_client(linking(to=to), TURNED, SHOPS).get(at)
    assert (response.status_code, response.headers["location"]) == (200, link)
    assert response.headers["content-location"] == link
    assert response.headers["link"] == f"<{link}>; rel=next"
    head = Client(gated(linking(to=to), TURNED, SHOPS), HEAD).get("/reviews/all")
    assert head.headers["location"] == to


@shows(
    "A value that the old path cannot hold (of a parameter in the query today: `/`, `.`, `..` or nothing) "
    "is in no link; such a link passes as it is.",
)
@pytest.mark.parametrize("value", ["a%2Fb", "..", ".", "%2E%2E", ""])
def test_a_value_that_has_no_place_in_the_old_path_is_in_no_link(value: str) -> None:
    link = f"/orders?shop={value}"
    assert old_client(linking(to=link), SHOPS).get("/reviews/all").headers["location"] == link


def test_a_value_with_a_slash_is_in_a_link_where_the_old_path_takes_it() -> None:
    moved = endpoint("/papers/{name:path}").moved(to="/files/{name:path}")
    assert old_client(linking(to="/files/a%2Fb?c"), moved).get("/orders").headers["location"] == "/papers/a/b?c"


@pytest.mark.parametrize("value", ["b%20c", "a%3Fb", "%C3%A9", "a+b", "..."])
def test_a_link_with_a_value_from_the_query_can_be_followed(value: str) -> None:
    app = FastAPI()

    @app.get("/orders")
    async def orders(shop: str, response: Response) -> str:
        response.headers["Location"] = f"/orders?shop={value}"
        return shop

    client = old_client(app, SHOPS)
    location = client.get("/shops/north/orders").headers["location"]
    meant = Client(gated(app, SHOPS), HEAD).get(f"/orders?shop={value}").json()
    assert location.startswith("/shops/")
    assert client.get(location).json() == meant


class Hinting:
    """Sends a link ahead of each response (103), as a server with early hints lets an app do it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                await send({"type": "http.response.early_hint", "links": [b"</reviews/r1/by/ada>; rel=preload"]})
            await send(message)

        await self.app(scope, receive, sending)


@shows("(early hints too) are converted to the old one")
@pytest.mark.parametrize(
    ("version", "at", "hinted"),
    [
        (OLD, "/reviews/all", "/users/ada/reviews/r1"),
        (OLD, "/users/ada/reviews/r1", "/users/ada/reviews/r1"),
        (HEAD, "/reviews/all", "/reviews/r1/by/ada"),
    ],
)
def test_a_link_that_comes_before_its_response_leads_to_the_old_path_too(version: str, at: str, hinted: str) -> None:
    hints: list[Any] = []
    app = linking(to="/orders")
    app.add_middleware(Hinting)
    served = gated(app, TURNED)

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.early_hint":
                hints.append(message["links"])
            else:
                await send(message)

        await served(scope, receive, sending)

    assert Client(noting, version).get(at).status_code == 200
    assert hints == [[f"<{hinted}>; rel=preload".encode()]]
