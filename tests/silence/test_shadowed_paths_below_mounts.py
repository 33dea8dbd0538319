"""A path that another handler served then reaches it below mounts too, or the app does not start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated, old_client, timeline_of
from timegate import CompileError, Contract, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation


class Item(BaseModel):
    sku: str


@operation(response=list[Item])
async def keys(request: Request) -> list[Item]:
    return [Item(sku="secret")]


@operation(response=Item)
async def item(request: Request) -> JSONResponse:
    root, params = request.scope["root_path"], request.path_params
    return JSONResponse({"sku": f"{params['sku']} of {params.get('shop', 'all')} below {root}"})


class Noting:
    """A middleware of a mount, which notes the paths that it passes."""

    passed: ClassVar[list[str]] = []

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.passed.append(scope["path"])
        # A copy, as many a middleware makes it.
        await self.app({**scope}, receive, send)


def routes() -> list[BaseRoute]:
    return [Route("/keys", keys), Route("/{sku}", item)]


MOUNTS: dict[str, Callable[[], list[BaseRoute]]] = {
    "routes": lambda: [Mount("/shop", routes=routes())],
    "a router": lambda: [Mount("/shop", app=Router(routes()))],
    "an app": lambda: [Mount("/shop", app=Starlette(routes=routes()))],
    "routes with a middleware": lambda: [Mount("/shop", routes=routes(), middleware=[Middleware(Noting)])],
    "a mount in a mount": lambda: [Mount("/", routes=[Mount("/shop", routes=routes())])],
}
FACTS = on(Item).renamed("article", to="sku")


def served(kind: str) -> Any:
    return Starlette(routes=MOUNTS[kind]())


@shows("below a mount behind the mount's middleware")
@pytest.mark.parametrize("kind", MOUNTS)
def test_the_handler_of_that_version_gets_it_behind_the_mounts_own_middleware(kind: str) -> None:
    Noting.passed.clear()
    app = gated(served(kind), FACTS, endpoint("/shop/keys").added())
    old, head = Client(app), Client(app, HEAD)
    assert old.get("/shop/keys").json() == {"article": "keys of all below /shop"}
    assert old.get("/shop/other").json() == {"article": "other of all below /shop"}
    assert head.get("/shop/keys").json() == [{"sku": "secret"}]
    assert Noting.passed == (["/shop/keys", "/shop/other", "/shop/keys"] if "middleware" in kind else [])


def test_a_parameter_of_the_mount_stays() -> None:
    app = Starlette(routes=[Mount("/{shop}", routes=routes())])
    client = old_client(app, FACTS, endpoint("/{shop}/keys").added())
    assert client.get("/north/keys").json() == {"article": "keys of north below /north"}


def test_a_route_outside_of_the_mount_that_came_later_shadows_nothing() -> None:
    app = Starlette(routes=[Route("/shop/keys", keys), Mount("/shop", routes=[Route("/{sku}", item)])])
    client = old_client(app, FACTS, endpoint("/shop/keys").added())
    assert client.get("/shop/keys").json() == {"article": "keys of all below /shop"}


def test_routes_that_are_added_later_are_served_so_too() -> None:
    app = Starlette(routes=[Mount("/shop", routes=[Route("/{sku}", item)])])
    client = old_client(app, FACTS)
    assert client.get("/shop/keys").json() == {"article": "keys of all below /shop"}
    served_later = old_client(app, FACTS, endpoint("/shop/keys").added())
    mount: Any = app.routes[0]
    mount.routes.insert(0, Route("/keys", keys))
    assert served_later.get("/shop/keys").json() == {"article": "keys of all below /shop"}


@operation(response=Item)
async def outside(request: Request) -> JSONResponse:
    return JSONResponse({"sku": f"{request.path_params['sku']} outside"})


class TestAMountThatCameLater:
    """An older route is behind it: no request of head gets there any more."""

    added = (endpoint("/shop/keys").added(), endpoint("/shop/{sku}/parts").added())

    @staticmethod
    def served(*others: BaseRoute) -> Starlette:
        inner = [Route("/keys", keys), Route("/{sku}/parts", item), *others]
        return Starlette(routes=[Mount("/shop", routes=inner), Route("/shop/{sku}", outside, methods=["GET", "POST"])])

    @shows("A mount that leads to nothing but operations that came later hides no route of older clients.")
    @pytest.mark.parametrize("facts", [(), (FACTS,)])
    @pytest.mark.parametrize("path", ["/shop/keys", "/shop/other"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_hides_no_route_from_older_clients(self, facts: tuple[Any, ...], path: str, method: str) -> None:
        app = gated(self.served(), *facts, *self.added)
        key = "article" if facts else "sku"
        response = Client(app).request(method, path)
        assert (response.status_code, response.json()) == (200, {key: f"{path.rpartition('/')[2]} outside"})
        assert Client(app).get("/shop/other/parts").status_code == 404
        head = Client(app, HEAD)
        assert head.get("/shop/keys").json() == [{"sku": "secret"}]
        assert (head.get("/shop/other").status_code, head.post("/shop/keys", {}).status_code) == (404, 405)

    def test_says_which_methods_the_older_path_has(self) -> None:
        response = old_client(self.served(), FACTS, *self.added).request("PUT", "/shop/keys")
        assert response.status_code == 405
        assert set(response.headers["allow"].split(", ")) <= {"GET", "HEAD", "POST"}

    def test_is_there_for_older_clients_where_it_leads_to_anything_that_they_have(self) -> None:
        for others in ([Route("/known", item)], [Route("/health", Noting)]):
            client = old_client(self.served(*others), FACTS, *self.added)
            assert (client.get("/shop/keys").status_code, client.get("/shop/other").status_code) == (404, 404)


class TestAnAppWhoseRoutesCannotBeSeen:
    @staticmethod
    def served(*facts: Any) -> ASGIApp:
        inner = Starlette(routes=routes())

        async def foreign(scope: Scope, receive: Receive, send: Send) -> None:
            await inner(scope, receive, send)

        return TimegateMiddleware(foreign, timeline=timeline_of(FACTS, *facts), contract=Contract.of(inner))

    def test_does_not_start_where_a_newer_route_comes_first(self) -> None:
        with pytest.raises(CompileError) as refused:
            self.start(self.served(endpoint("/keys").added()))
        (fault,) = refused.value.faults
        assert (fault.version, fault.place) == (OLD, "GET /{sku}")
        assert fault.problem.startswith("GET /keys of head comes first for some of its paths")

    def test_does_not_start_where_a_moved_path_may_be_a_newer_one(self) -> None:
        with pytest.raises(CompileError) as refused:
            self.start(self.served(endpoint("/by-sku/{sku}").moved(to="/{sku}")))
        assert [fault.place for fault in refused.value.faults] == ["GET /{sku}"]

    def test_starts_where_no_route_comes_first(self) -> None:
        client = Client(self.served())
        assert client.get("/other").json() == {"article": "other of all below "}
        assert client.get("/keys").json() == [{"article": "secret"}]

    @staticmethod
    def start(app: ASGIApp) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "lifespan.startup"}

        async def send(message: Any) -> None:
            return None

        async def lifespan() -> None:
            await app({"type": "lifespan"}, receive, send)

        asyncio.run(lifespan())
