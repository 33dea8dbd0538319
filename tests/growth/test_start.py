"""Rule: what is done at the start, besides the compilation, grows linearly with the routes of an app."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route

from tests.growth.counting import ALLOWED, Steps, exponent
from tests.growth.test_compilation import IS_FULL
from tests.silence.exchanges import exchange, timeline_of
from timegate import Contract, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

SIZES: Final[Sequence[int]] = [50, 100, 200, 400] if IS_FULL else [40, 80]


class Item(BaseModel):
    sku: str


@operation(response=Item)
async def get(request: Request) -> Item:
    return Item(sku="a-7")


def mounts(size: int) -> list[BaseRoute]:
    """Each operation is below a mount of its own."""
    return [Mount(f"/m{index}", routes=[Route("/a", get)]) for index in range(size)]


def mounts_of_nothing(size: int) -> list[BaseRoute]:
    """There are as many mounts without an operation as operations."""
    return [
        route
        for index in range(size)
        for route in (Mount(f"/m{index}", routes=[Route("/a", len)]), Route(f"/k{index}", get))
    ]


def texts(size: int) -> list[BaseRoute]:
    """Each path is a text of its own."""
    return [Route(f"/k{index}/x", get) for index in range(size)]


def parameters(size: int) -> list[BaseRoute]:
    """Each path begins with a parameter."""
    return [Route(f"/{{a}}/m{index}", get) for index in range(size)]


def texts_and_parameters(size: int) -> list[BaseRoute]:
    """Each path with a parameter may match what each path with a text may, so that two sizes grow at once."""
    after = parameters(size)
    return [Route(f"/k{index}/{{b}}", get) for index in range(size)] + after


def steps_of(routes: Callable[[int], list[BaseRoute]], size: int) -> int:
    """The steps of the first request to an app that is compiled already."""
    app = Starlette(routes=[Route("/first", get), *routes(size)])
    timeline = timeline_of(on(Item).renamed("article", to="sku"))
    gate: Any = TimegateMiddleware(app, timeline=timeline, gates=timeline.compile(Contract.of(app)))
    # The cache of regular expressions holds those of small apps alone.
    re.purge()
    return Steps().of(partial(exchange, gate, "GET", "/first"))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("routes", [mounts, mounts_of_nothing, texts, parameters], ids=lambda one: one.__name__)
def test_the_start_is_linear_in_the_routes_of_an_app(routes: Callable[[int], list[BaseRoute]]) -> None:
    assert exponent({size: steps_of(routes, size) for size in SIZES}) <= ALLOWED


@pytest.mark.timeout(1800)
def test_the_start_is_at_most_quadratic_where_two_kinds_of_routes_grow_at_once() -> None:
    assert exponent({size: steps_of(texts_and_parameters, size) for size in SIZES}) <= 2 * ALLOWED
