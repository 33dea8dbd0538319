"""The same app under every selector."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.testing.shop import Item, timeline
from timegate.asgi import Pin, Scope, Selector, TimegateMiddleware, first_of, header, media_type, path, query


def account(scope: Scope) -> str | None:
    """The pin of an account."""
    known: list[tuple[bytes, bytes]] = scope["headers"]
    return "2025-01-01" if (b"x-account", b"old") in known else None


_SELECTORS: dict[str, Selector | Pin] = {
    "header('X-Version')": header("X-Version"),
    "path('/{version}')": path("/{version}"),
    "query('v')": query("v"),
    "media_type('version')": media_type("version"),
    "first_of(account, query('v'))": first_of(account, query("v")),
    "account": account,
}


def bare() -> FastAPI:
    app = FastAPI()

    @app.get("/items/{sku}")
    async def get(sku: str) -> Item:
        return Item(sku=sku)

    return app


def app_selecting(select: str) -> Any:
    app = bare()
    app.add_middleware(TimegateMiddleware, timeline=timeline, select=_SELECTORS[select])
    return app
