"""A small shop, in the forms in which a command may be told of it."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Contract, Gates, Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware


class Item(BaseModel):
    sku: str
    quantity: int = 1


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"))


def bare() -> FastAPI:
    api = FastAPI(title="Shop")

    @api.post("/items")
    async def add(item: Item) -> Item:
        return item

    return api


app = bare()
app.add_middleware(TimegateMiddleware, timeline=timeline)

wrapped = TimegateMiddleware(bare(), timeline=timeline)
contract = Contract.of(bare())
gates = timeline.compile(contract)


@functools.cache
def made() -> FastAPI:
    return app


def needs(something: object) -> object:
    return something


async def asgi(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    del scope, receive, send


def failing() -> Gates:
    raise RuntimeError("the database is down")
