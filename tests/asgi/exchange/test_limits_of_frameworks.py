"""A limit of the framework's for bodies holds before a body is converted, with what the client sent."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import NEW, exchange, gated, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware

HAS_LIMITS = "max_body_size" in inspect.signature(FastAPI).parameters


class Item(BaseModel):
    sku: str = ""


def limited() -> FastAPI:
    options: dict[str, Any] = {"max_body_size": 30}
    app = FastAPI(**options)

    def add(item: Item) -> int:
        return len(item.sku)

    def plain(item: dict[str, str]) -> int:
        return len(item)

    router: Any = app
    router.post("/items")(add)
    router.post("/wide", max_body_size=1000)(add)
    router.post("/plain", max_body_size=1000)(plain)
    return app


@pytest.mark.skipif(not HAS_LIMITS, reason="this release of FastAPI has no limits for bodies")
@pytest.mark.parametrize(
    ("target", "length", "inside", "around"),
    [("/items", 5, 200, 200), ("/items", 50, 413, 413), ("/wide", 50, 413, 200), ("/plain", 50, 200, 200)],
)
def test_the_apps_limit_holds_for_a_body_that_is_converted_inside_the_app(
    target: str, length: int, inside: int, around: int
) -> None:
    changed, added = on(Item).renamed("article", to="sku"), limited()
    added.add_middleware(TimegateMiddleware, timeline=timeline_of(changed))
    for app, status in ((added, inside), (gated(limited(), changed), around)):
        assert exchange(app, "POST", target, body={"article": "a" * length}).status == status
        assert exchange(app, "POST", target, body={"sku": "a" * length}, version=NEW).status == around
