"""Edits of an app at head without a declared change: what a check has to say of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MODELS: Final = '''\
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


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
'''

MAIN: Final = '''\
from typing import Annotated, Any

from fastapi import Body, FastAPI, Query

from PACKAGE.models import Bird, Cat, Dog, Item, NewOrder, Order
from PACKAGE.versions import timeline
from timegate.asgi import TimegateMiddleware

app = FastAPI()


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


app.add_middleware(TimegateMiddleware, timeline=timeline)
'''

VERSIONS: Final = """\
from timegate import Timeline

timeline = Timeline.from_package("PACKAGE.versions")
"""


@dataclass(frozen=True)
class Edit:
    """An edit of head without a change.

    Args:
        name: what is done.
        old: the text that is replaced, in the models or in the app.
        new: the text instead.
        place: where the check tells it.
        severity: what it means to old clients.
        fact: the fact to write, up to what a person decides; empty where there is nothing to declare.
        decided: whether the fact needs no decision.
        appears: whether it may appear under ``additive``.
    """

    name: str
    old: str
    new: str
    place: str
    severity: str
    fact: str
    decided: bool = False
    appears: bool = False


EDITS: Final = (
    Edit(
        "an optional key of responses",
        "    comment: str | None = None\n",
        "    comment: str | None = None\n    colour: str | None = None\n",
        "Order.colour",
        "additive",
        'on(Order).added("colour")',
        True,
        True,
    ),
    Edit(
        "a required key of responses",
        "    stage: Stage\n    code",
        "    weight: float\n    stage: Stage\n    code",
        "Order.weight",
        "additive",
        'on(Order).added("weight")',
        True,
        True,
    ),
    Edit(
        "an optional key of requests",
        "    price: int = 1\n",
        "    price: int = 1\n    colour: str | None = None\n",
        "NewOrder.colour",
        "additive",
        'on(NewOrder).added("colour")',
        True,
        True,
    ),
    Edit(
        "a required key of requests",
        "    label: str\n",
        "    label: str\n    weight: float\n",
        "NewOrder.weight",
        "breaking",
        'on(NewOrder).added("weight", default=undecided(',
    ),
    Edit(
        "a key with a default on both sides",
        "    quantity: int = 1\n",
        '    quantity: int = 1\n    colour: str = "red"\n',
        "Item.colour",
        "additive",
        'on(Item).added("colour")',
        True,
        True,
    ),
    Edit(
        "a key renamed on both sides",
        "    sku: str\n",
        "    sku_code: str\n",
        "Item.sku",
        "breaking",
        'on(Item).renamed("sku", to="sku_code")',
    ),
    Edit(
        "a key of responses renamed",
        "    tag: str\n",
        "    tags: str\n",
        "Order.tag",
        "breaking",
        'on(Order).renamed("tag", to="tags")',
    ),
    Edit(
        "a key of requests renamed",
        "    label: str\n",
        "    labels: str\n",
        "NewOrder.label",
        "risky",
        'on(NewOrder).renamed("label", to="labels")',
    ),
    Edit(
        "a key of requests removed",
        "    price: int = 1\n",
        "",
        "NewOrder.price",
        "risky",
        'on(NewOrder).removed("price", was=int, required=False, loses=undecided(',
    ),
    Edit(
        "a required key of responses removed",
        "    total: float\n",
        "",
        "Order.total",
        "breaking",
        'on(Order).removed("total", was=float, backfill=undecided(',
    ),
    Edit(
        "an optional key of responses removed",
        "    comment: str | None = None\n",
        "",
        "Order.comment",
        "risky",
        'on(Order).removed("comment", was=str | None, required=False)',
        True,
    ),
    Edit(
        "another type in requests",
        "    label: str\n",
        "    label: bool\n",
        "NewOrder.label",
        "breaking",
        'on(NewOrder).retyped("label", was=str, to_head=undecided(',
    ),
    Edit(
        "a wider type in responses",
        "    id: int\n",
        "    id: float\n",
        "Order.id",
        "breaking",
        'on(Order).retyped("id", was=int, to_old=undecided(',
    ),
    Edit(
        "a narrower type in responses",
        "    total: float\n",
        "    total: int\n",
        "Order.total",
        "additive",
        'on(Order).retyped("total", was=float)',
        True,
    ),
    Edit(
        "a wider type in requests",
        "    price: int = 1\n",
        "    price: float = 1\n",
        "NewOrder.price",
        "additive",
        'on(NewOrder).retyped("price", was=int)',
        True,
    ),
    Edit(
        "a list in responses",
        "    tag: str\n",
        "    tag: list[str]\n",
        "Order.tag",
        "breaking",
        'on(Order).became_list("tag", empty=undecided(',
    ),
    Edit(
        "a list in requests",
        "    label: str\n",
        "    label: list[str]\n",
        "NewOrder.label",
        "breaking",
        'on(NewOrder).became_list("label")',
        True,
    ),
    Edit(
        "another member on both sides",
        '    small = "small"\n',
        '    small = "small"\n    medium = "medium"\n',
        "Size",
        "breaking",
        'enum(Size).grew("medium", seen_as=undecided(',
    ),
    Edit(
        "another member in requests",
        '    web = "web"\n',
        '    web = "web"\n    phone = "phone"\n',
        "Channel",
        "additive",
        'enum(Channel).grew("phone")',
        True,
    ),
    Edit(
        "a member less in responses",
        '    lost = "lost"\n',
        "",
        "Stage",
        "additive",
        'enum(Stage).shrank("lost", read_as=undecided(',
    ),
    Edit(
        "a member less in requests",
        '    web = "web"\n',
        "",
        "Channel",
        "breaking",
        'enum(Channel).shrank("web", read_as=undecided(',
    ),
    Edit(
        "another value of a literal in responses",
        'Literal["open", "done"]',
        'Literal["open", "done", "late"]',
        "Order.state",
        "breaking",
        'on(Order).retyped("state", was=Literal["open", "done"], to_old=undecided(',
    ),
    Edit(
        "null in responses",
        "    total: float\n",
        "    total: float | None\n",
        "Order.total",
        "breaking",
        'on(Order).became_nullable("total", null_was=undecided(',
    ),
    Edit(
        "null in requests",
        "    label: str\n",
        "    label: str | None\n",
        "NewOrder.label",
        "additive",
        'on(NewOrder).became_nullable("label")',
        True,
    ),
    Edit(
        "no null in responses",
        "    hint: str | None\n",
        "    hint: str\n",
        "Order.hint",
        "additive",
        'on(Order).became_non_null("hint")',
        True,
    ),
    Edit(
        "no null in requests",
        "    remark: str | None\n",
        "    remark: str\n",
        "NewOrder.remark",
        "breaking",
        'on(NewOrder).became_non_null("remark", null_is=undecided(',
    ),
    Edit(
        "another default",
        '    code: str = "x"\n',
        '    code: str = "y"\n',
        "NewOrder.code",
        "risky",
        'on(NewOrder).defaulted("code", was="x")',
        True,
    ),
    Edit(
        "required in requests",
        '    code: str = "x"\n',
        "    code: str\n",
        "NewOrder.code",
        "breaking",
        'on(NewOrder).defaulted("code", was="x")',
        True,
    ),
    Edit(
        "optional in requests",
        "    label: str\n",
        '    label: str = "none"\n',
        "NewOrder.label",
        "additive",
        'on(NewOrder).became_optional("label")',
        True,
    ),
    Edit(
        "optional in responses",
        "    total: float\n",
        "    total: float = 0\n",
        "Order.total",
        "breaking",
        'on(Order).became_optional("total", missing_was=undecided(',
    ),
    Edit(
        "required in responses",
        "    comment: str | None = None\n",
        "    comment: str | None\n",
        "Order.comment",
        "additive",
        'on(Order).became_required("comment")',
        True,
    ),
    Edit(
        "tighter limits in requests",
        "ge=1, le=100",
        "ge=1, le=10",
        "NewOrder.count",
        "breaking",
        'on(NewOrder).constrained("count", was=Annotated[int, Field(ge=1, le=100)])',
    ),
    Edit(
        "looser limits in requests",
        "ge=1, le=100",
        "ge=1, le=1000",
        "NewOrder.count",
        "additive",
        'on(NewOrder).constrained("count", was=Annotated[int, Field(ge=1, le=100)])',
        True,
    ),
    Edit(
        "tighter limits in responses",
        "ge=0, le=9",
        "ge=0, le=5",
        "Order.rank",
        "additive",
        'on(Order).constrained("rank", was=Annotated[int, Field(ge=0, le=9)])',
        True,
    ),
    Edit(
        "looser limits in responses",
        "ge=0, le=9",
        "ge=0, le=20",
        "Order.rank",
        "risky",
        'on(Order).constrained("rank", was=Annotated[int, Field(ge=0, le=9)], to_old=undecided(',
    ),
    Edit(
        "another arm in responses",
        "list[Cat | Dog]",
        "list[Cat | Dog | Bird]",
        "GET /pets 200 *",
        "breaking",
        "on(Bird).introduced(seen_as=undecided(",
    ),
    Edit(
        "another arm in requests",
        "Annotated[Cat | Dog, Body()]",
        "Annotated[Cat | Dog | Bird, Body()]",
        "PUT /animals body",
        "additive",
        "on(Bird).introduced()",
        True,
    ),
    Edit(
        "another arm on both sides",
        "list[Cat | Dog]:\n"
        '    return [Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]\n\n\n'
        '@app.put("/animals")\nasync def put(animal: Annotated[Cat | Dog, Body()])',
        "list[Cat | Dog | Bird]:\n"
        '    return [Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]\n\n\n'
        '@app.put("/animals")\nasync def put(animal: Annotated[Cat | Dog | Bird, Body()])',
        "PUT /animals body",
        "additive",
        "on(Bird).introduced(seen_as=undecided(",
    ),
    Edit(
        "an arm less in requests",
        "Annotated[Cat | Dog, Body()]",
        "Annotated[Cat, Body()]",
        "PUT /animals body",
        "breaking",
        "undecided(",
    ),
    Edit(
        "an operation",
        '@app.get("/pets")\n',
        '@app.get("/birds")\nasync def birds() -> list[Bird]:\n    return []\n\n\n@app.get("/pets")\n',
        "GET /birds",
        "additive",
        'endpoint("/birds", "GET").added()',
        True,
        True,
    ),
    Edit(
        "an operation less",
        '@app.delete("/orders/{order_id}")\nasync def cancel(order_id: int) -> None:\n    return None\n',
        "",
        "DELETE /orders/{order_id}",
        "breaking",
        'endpoint("/orders/{order_id}", "DELETE").removed()',
    ),
    Edit(
        "an operation moved",
        '@app.get("/pets")',
        '@app.get("/all-pets")',
        "GET /pets",
        "breaking",
        'endpoint("/pets", "GET").moved(to="/all-pets")',
    ),
    Edit(
        "an operation moved, with another name of its parameter",
        '@app.delete("/orders/{order_id}")\nasync def cancel(order_id: int)',
        '@app.delete("/kept/{order}")\nasync def cancel(order: int)',
        "DELETE /orders/{order_id}",
        "breaking",
        'endpoint("/orders/{order_id}", "DELETE").path("order_id").renamed(to="order"), '
        'endpoint("/orders/{order}", "DELETE").moved(to="/kept/{order}")',
    ),
    Edit(
        "a list in an envelope",
        '@app.get("/pets")\nasync def pets() -> list[Cat | Dog]:\n'
        '    return [Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]',
        "class Page(Item):\n    animals: list[Cat | Dog]\n\n\n"
        '@app.get("/pets")\nasync def pets() -> Page:\n    return Page.model_validate(dict(sku="p", size="small", '
        'animals=[Cat(kind="cat", lives=7), Dog(kind="dog", barks=True)]))',
        "GET /pets 200",
        "breaking",
        'endpoint("/pets", "GET").enveloped("animals")',
        True,
    ),
    Edit(
        "an optional parameter",
        'q: str = ""',
        'q: str = "", colour: str = "red"',
        "GET /orders/{order_id} query colour",
        "additive",
        'endpoint("/orders/{order_id}", "GET").query("colour").added()',
        True,
        True,
    ),
    Edit(
        "a required parameter",
        "order_id: int, limit: int = 10",
        "order_id: int, weight: float, limit: int = 10",
        "GET /orders/{order_id} query weight",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("weight").added(default=undecided(',
    ),
    Edit(
        "a parameter renamed",
        'q: str = ""',
        'query: Annotated[str, Query(alias="query")] = "", q: Annotated[str, Query(include_in_schema=False)] = ""',
        "GET /orders/{order_id} query q",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("q").renamed(to="query")',
    ),
    Edit(
        "a parameter removed",
        ', q: str = ""',
        "",
        "GET /orders/{order_id} query q",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("q").removed(was=str, loses=undecided(',
    ),
    Edit(
        "another default of a parameter",
        "limit: int = 10",
        "limit: int = 20",
        "GET /orders/{order_id} query limit",
        "risky",
        'endpoint("/orders/{order_id}", "GET").query("limit").defaulted(was=10)',
        True,
    ),
    Edit(
        "another status",
        '@app.post("/orders")',
        '@app.post("/orders", status_code=201)',
        "POST /orders 201",
        "breaking",
        'endpoint("/orders", "POST").status(201, was=200)',
        True,
    ),
    Edit(
        "closed to other keys",
        "    item: Item\n    count",
        '    model_config = ConfigDict(extra="forbid")\n    item: Item\n    count',
        "NewOrder",
        "breaking",
        "undecided(",
    ),
    Edit(
        "another title",
        "    total: float\n",
        '    total: float = Field(title="The sum")\n',
        "Order.total",
        "text",
        'on(Order).documented("total", was={"title": "Total"})',
    ),
    Edit(
        "another description",
        "    tag: str\n",
        '    tag: str = Field(description="For people.")\n',
        "Order.tag",
        "text",
        'on(Order).documented("tag", was={"description": None})',
    ),
    Edit(
        "a parameter required",
        "limit: int = 10",
        "limit: int",
        "GET /orders/{order_id} query limit",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("limit").became_required(default=undecided(',
    ),
    Edit(
        "a parameter of another type",
        "limit: int = 10",
        "limit: bool = False",
        "GET /orders/{order_id} query limit",
        "breaking",
        'endpoint("/orders/{order_id}", "GET").query("limit").retyped(was=int, to_head=undecided(',
    ),
    Edit(
        "a parameter of a wider type",
        "limit: int = 10",
        "limit: float = 10",
        "GET /orders/{order_id} query limit",
        "additive",
        'endpoint("/orders/{order_id}", "GET").query("limit").retyped(was=int)',
        True,
    ),
    Edit(
        "a model renamed in documents",
        "class Cat(BaseModel):\n",
        'class Cat(BaseModel):\n    model_config = ConfigDict(title="Tomcat")\n',
        "Cat",
        "text",
        'on(Cat).documented(was={"title": "Cat"})',
    ),
)
