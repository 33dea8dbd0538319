"""The app that is edited: its models, its operations, its versions."""

from __future__ import annotations

from typing import Final

MODELS: Final = '''\
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field


class Size(Enum):
    """In what clients send and get."""

    small = "small"
    large = "large"


class Channel(Enum):
    """In what clients send."""

    shop = "shop"
    web = "web"


class Stage(Enum):
    """In what clients get."""

    packed = "packed"
    sent = "sent"
    lost = "lost"


class Item(BaseModel):
    """In what clients send and get."""

    sku: str
    size: Size
    quantity: int = 1


class NewOrder(BaseModel):
    """In what clients send."""

    item: Item
    count: Annotated[int, Field(ge=1, le=100)]
    label: str
    remark: str | None
    channel: Channel
    price: int = 1
    code: str = "x"


class Order(BaseModel):
    """In what clients get."""

    id: int
    item: Item
    total: float
    tag: str
    rank: Annotated[int, Field(ge=0, le=9)]
    state: Literal["open", "done"]
    stage: Stage
    code: str
    comment: str | None = None
    hint: str | None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


class Bird(BaseModel):
    kind: Literal["bird"]
    sings: bool


class Fish(BaseModel):
    kind: Literal["fish"]


class Crab(BaseModel):
    kind: Literal["crab"]


class Oak(BaseModel):
    kind: Literal["oak"]


class Elm(BaseModel):
    kind: Literal["elm"]


class Eel(BaseModel):
    kind: Literal["eel"]


class Ash(BaseModel):
    kind: Literal["ash"]


class Rat(BaseModel):
    kind: Literal["rat"]


class Mole(BaseModel):
    kind: Literal["mole"]


class Zone(Enum):
    """The keys of what clients send and get."""

    north = "north"
    south = "south"


class Parcel(BaseModel):
    """In what clients send and get."""

    full_name: str
    street: str
    city: str
    rates: dict[Zone, int]
    notes: list[str]
    level: Literal["1", "2"]
    either: int | str
    guest: Rat | Mole


class Hold(BaseModel):
    deck: int
    bay: str


class Ship(BaseModel):
    """In what clients send and get."""

    hold: Hold


class Strict(BaseModel):
    """In what clients send, and closed."""

    model_config = ConfigDict(extra="forbid")
    word: str
'''

MAIN: Final = '''\
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Form, Header, Query, Response
from fastapi.responses import HTMLResponse
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer

from PACKAGE.models import Ash, Bird, Cat, Crab, Dog, Eel, Elm, Fish, Item, Literal
from PACKAGE.models import NewOrder, Oak, Order, Parcel, Ship, Strict
from PACKAGE.versions import timeline
from timegate.asgi import TimegateMiddleware

app = FastAPI()
KEY = APIKeyHeader(name="X-Key", auto_error=False)


def order(**more: Any) -> dict[str, Any]:
    """An order with more than any edit asks for; the response's model takes what it has."""
    some = {"id": 7, "item": {"sku": "a-7", "size": "small"}, "total": 9, "tag": "new", "rank": 3, "state": "open"}
    others = {"stage": "sent", "code": "x", "comment": "none", "hint": "none", "colour": "red", "weight": 1.5}
    return {**some, **others, **more}


@app.post("/orders")
async def add(new: NewOrder) -> Order:
    return Order.model_validate(order(item=new.item.model_dump(mode="json"), code=new.code))


@app.get("/orders/{order_id}")
async def one(order_id: int, limit: int = 10, q: str = "") -> Order:
    return Order.model_validate(order(id=order_id, code=f"{limit}{q}"))


@app.delete("/orders/{order_id}")
async def cancel(order_id: int) -> None:
    return None


@app.get("/pets")
async def pets() -> list[Cat | Dog]:
    return [Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]


@app.put("/animals")
async def put(animal: Annotated[Cat | Dog, Body()]) -> int:
    return len(animal.kind)


@app.put("/tanks")
async def fill(animal: Annotated[Fish | Crab | Eel, Body()]) -> int:
    return len(animal.kind)


@app.get("/trees")
async def trees(near: str | None = None) -> list[Oak | Elm | Ash]:
    return [Oak(kind="oak")]


@app.put("/parcels")
async def send(parcel: Parcel) -> Parcel:
    return parcel


@app.put("/words", responses={409: {"description": "It was said."}})
async def say(word: Strict) -> int:
    return len(word.word)


@app.post("/notes")
async def note(title: Annotated[str, Form()], pages: Annotated[int, Form()] = 1) -> int:
    return len(title) * pages


@app.put("/ships")
async def load(ship: Ship) -> Ship:
    return ship


@app.post("/pings", status_code=204)
async def ping(key: Annotated[str | None, Depends(KEY)]) -> None:
    return None


@app.get("/boxes")
async def boxes(sizes: Annotated[list[int], Query()] = [1]) -> int:
    return len(sizes)


@app.get("/search", responses={200: {"headers": {"X-Left": {"schema": {"type": "integer"}}}}})
async def search(
    response: Response, term: str, size: Annotated[int, Query(le=50)] = 5, lang: Literal["en", "de"] = "en"
) -> int:
    response.headers["X-Left"] = "3"
    return len(term)


app.add_middleware(TimegateMiddleware, timeline=timeline)
'''

VERSIONS: Final = """\
from timegate import Timeline

timeline = Timeline.from_package("PACKAGE.versions")
"""
