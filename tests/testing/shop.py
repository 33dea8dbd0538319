"""An app of two versions whose lifespan is counted."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware


class Item(BaseModel):
    sku: str
    quantity: int = 1


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"))
lifespans: list[str] = []
items: dict[str, Item] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
    lifespans.append("start")
    yield
    lifespans.append("end")


app = FastAPI(lifespan=lifespan)
app.add_middleware(TimegateMiddleware, timeline=timeline)


@app.post("/items")
async def add(item: Item) -> Item:
    items[item.sku] = item
    return item


@app.get("/items/{sku}")
async def get(sku: str) -> Item:
    if sku not in items:
        raise HTTPException(404)
    return items[sku]
