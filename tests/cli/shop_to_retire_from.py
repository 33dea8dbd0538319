"""A shop in one file before its oldest version is retired, and after it."""

SHOP = '''\
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


class Note(BaseModel):
    text: str


class Sizes(VersionChange):
    """Items may be huge."""

    changes = (enum(Size).grew(Size.HUGE, seen_as=Size.SMALL),)


NOTES = "/notes"


# What January had.
class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"), endpoint(NOTES, "GET").removed())


timeline = Timeline(
    Version("2025-09-01", Sizes),
    Version("2025-06-01", Skus),  # June's
    Version("2025-01-01"),  # January's
)
app = FastAPI()


@app.post("/items")
async def add(item: Item) -> Item:
    return item


@app.get("/notes")
async def notes() -> list[Note]:
    return []


app.add_middleware(TimegateMiddleware, timeline=timeline)
'''

RETIRED = '''\
from enum import Enum

from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, enum
from timegate.asgi import TimegateMiddleware


class Size(Enum):
    SMALL = "small"
    HUGE = "huge"


class Item(BaseModel):
    sku: str
    size: Size = Size.SMALL


class Sizes(VersionChange):
    """Items may be huge."""

    changes = (enum(Size).grew(Size.HUGE, seen_as=Size.SMALL),)


timeline = Timeline(
    Version("2025-09-01", Sizes),
    Version("2025-06-01"),  # June's
)
app = FastAPI()


@app.post("/items")
async def add(item: Item) -> Item:
    return item


app.add_middleware(TimegateMiddleware, timeline=timeline)
'''
