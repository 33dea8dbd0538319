"""A shop of three versions, with a change of each of several kinds."""

from __future__ import annotations

from datetime import date
from enum import Enum

from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, endpoint, enum, on
from timegate.asgi import TimegateMiddleware


class Size(Enum):
    SMALL = "small"
    HUGE = "huge"


class Item(BaseModel):
    sku: str
    size: Size = Size.SMALL
    note: str | None = None


class Sizes(VersionChange):
    """Items may be huge."""

    changes = (enum(Size).grew(Size.HUGE, seen_as=Size.SMALL),)


class Notes(VersionChange):
    """An item has a note."""

    changes = (on(Item).added("note"),)


class Hidden(VersionChange):
    """Nobody needs to know."""

    hidden = True


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"), endpoint("/articles", "POST").moved(to="/items"))


timeline = Timeline(
    Version("2025-09-01", Sizes, Notes, Hidden),
    Version("2025-06-01", Skus, deprecated=date(2025, 12, 1)),
    Version("2025-01-01", deprecated=date(2025, 7, 1), sunset=date(2030, 1, 1)),
)
app = FastAPI(title="Shop")


@app.post("/items")
async def add(item: Item) -> Item:
    return item


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "up"}


app.add_middleware(TimegateMiddleware, timeline=timeline, unversioned=["/health"])
