"""One market stall in the states that an operator meets: as it is, below a ceiling, with a version that has ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware


class Item(BaseModel):
    sku: str
    note: str = ""


class Notes(VersionChange):
    """An item has a note."""

    changes = (on(Item).added("note"),)


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"), endpoint("/articles", "POST").moved(to="/items"))


class Prices(VersionChange):
    """Prices can be asked for."""

    changes = (endpoint("/prices", "GET").added(),)


NEWEST, MIDDLE, OLDEST = "2025-09-01", "2025-06-01", "2025-01-01"


async def add(item: Item) -> Item:
    return item


async def prices() -> list[int]:
    return [1]


async def is_open() -> bool:
    return True


def stall(*versions: Version, **options: Any) -> FastAPI:
    app = FastAPI()
    app.add_api_route("/items", add, methods=["POST"])
    app.add_api_route("/prices", prices)
    app.add_api_route("/open", is_open)
    app.add_middleware(TimegateMiddleware, timeline=Timeline(*versions), **options)
    return app


newest, middle, oldest = Version(NEWEST, Notes, Prices), Version(MIDDLE, Skus), Version(OLDEST)
app = stall(newest, middle, oldest)
lowered = stall(newest, middle, oldest, ceiling=MIDDLE)
ended = stall(newest, middle, Version(OLDEST, sunset=date(2025, 7, 1)))
ending = stall(newest, middle, Version(OLDEST, sunset=date(2025, 7, 1)), during_sunset=("/items",))
retired = stall(newest, Version(MIDDLE))
