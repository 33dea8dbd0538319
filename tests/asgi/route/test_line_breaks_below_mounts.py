"""A path with a line break below a mount, for which Starlette gives the mount's routes another path than the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, exchange, gated
from timegate import endpoint, on
from timegate.starlette import operation


class Item(BaseModel):
    sku: str


class Shop(BaseModel):
    sku: str


@operation(response=Item)
async def get(request: Request) -> Item:
    return Item(sku=str(request.path_params))


@operation(request=Item, response=Item)
async def put(request: Request, *, body: Item) -> Item:
    return body


@operation(response=Shop)
async def shop(request: Request) -> Shop:
    return Shop(sku="shop")


async def undeclared(request: Request) -> JSONResponse:
    return JSONResponse({"undeclared": 1})


RENAMED = on(Item).renamed("article", to="sku")
TWO = "/{shop}/{item}"


def mounted(*after: Route, prefix: str = "/shops") -> Any:
    below = Mount(prefix, routes=[Route(TWO, get, methods=["GET"]), Route(TWO, put, methods=["PUT"])])
    return Starlette(routes=[below, *after])


@shows(
    "a path with a line break (`%0A`) below a mount that leads to operations | 404, of any version: "
    "Starlette would give its routes another path"
)
@pytest.mark.parametrize("path", ["/shops/7%0A", "/shops/%0A", "/shops/a/b%0A", "/shops/a%0A/b", "/shops/a%0Ab"])
@pytest.mark.parametrize("version", [NEW, None, "2025-01-01"])
def test_a_path_with_a_line_break_below_a_mount_is_a_404(path: str, version: str | None) -> None:
    served = gated(mounted(), RENAMED)
    for method, body in (("GET", None), ("PUT", {"sku": "head's"})):
        response = exchange(served, method, path, body=body, version=version)
        assert (response.status, b"sku" in response.content) == (404, False)


def test_the_mount_of_a_parameter_is_such_a_mount_too() -> None:
    served = gated(mounted(prefix="/{land}"), RENAMED)
    assert exchange(served, "GET", "/de/a/b").json() == {"article": "{'land': 'de', 'shop': 'a', 'item': 'b'}"}
    assert exchange(served, "GET", "/d%0Ae/7%0A").status == 404
    assert exchange(served, "GET", "/de/7%0A").status == 404


def test_a_route_after_the_mount_does_not_lend_its_gates_to_the_mounts() -> None:
    served = gated(mounted(Route("/shops/{shop}", shop)), on(Item).renamed("article", to="sku"))
    for path in ("/shops/7", "/shops/7%0A", "/shops/7%0A8"):
        assert exchange(served, "GET", path).status == 404


def test_a_moved_path_does_not_lead_below_a_mount_by_a_line_break() -> None:
    moved = endpoint("/old/{shop}/{item}").moved(to="/shops/{shop}/{item}")
    served = gated(mounted(Route("/shops/{a}/{b}", undeclared)), RENAMED, moved)
    assert exchange(served, "GET", "/old/a/b").json() == {"article": "{'shop': 'a', 'item': 'b'}"}
    for path in ("/old/a/b%0A", "/old/a%0Ac/b"):
        assert exchange(served, "GET", path).status == 404


def test_a_mount_that_leads_to_no_operation_gets_any_path() -> None:
    files = Mount("/files", routes=[Route("/{name}", undeclared)])
    app = Starlette(routes=[files, *mounted().routes])
    assert exchange(gated(app, RENAMED), "GET", "/files/a%0A").status == exchange(app, "GET", "/files/a%0A").status
