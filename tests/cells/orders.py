"""An API of orders with three versions, at module level, so that its gates can be pickled."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from timegate import Contract, Internal, Timeline, Version, VersionChange, endpoint, enum, on, sibling
from timegate.starlette import operation

NEWEST, MIDDLE, OLDEST = "2025-09-23", "2025-06-01", "2025-04-11"


class Status(StrEnum):
    OPEN = "open"
    SHIPPED = "shipped"
    LOST = "lost"


class Address(BaseModel):
    street: str
    city: str


class Card(BaseModel):
    kind: Literal["card"]
    number: str


class Invoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["invoice"]
    days: int = 30


class Order(BaseModel):
    order_id: str
    cents: int
    status: Status = Status.OPEN
    address: Address | None = None
    payment: Annotated[Card | Invoice, Field(discriminator="kind")] | None = None
    parts: list["Order"] = []
    notes: list[str] = []
    secret: Annotated[str, Internal()] = ""


class Filter(BaseModel):
    limit: int = 10


def to_cents(euros: float) -> int:
    """Convert the euros of an old client to cents."""
    if not 0 <= euros < 1e9:
        raise ValueError("out of range")
    return round(euros * 100)


def to_euros(cents: int) -> float:
    return cents / 100


def label_of(order: Any) -> str:
    """Make the label of an order, from the names that the newer version of its boundary uses."""
    return f"{order['id']}: {order['price']} euros"


class PriceInCents(VersionChange):
    """Prices are in cents, and `id` is called `order_id`."""

    changes = (
        on(Order).retyped("price", was=float, to_head=to_cents, to_old=to_euros),
        on(Order).renamed("price", to="cents"),
        on(Order).renamed("id", to="order_id"),
    )


class LoseOrders(VersionChange):
    """Orders can be lost."""

    changes = (enum(Status).grew(Status.LOST, seen_as=Status.OPEN),)


class NameCities(VersionChange):
    """An address says its city."""

    changes = (on(Address).added("city", default="?"),)


class PayByInvoice(VersionChange):
    """Orders can be paid by invoice, and have no label any more."""

    changes = (
        on(Invoice).introduced(seen_as=None),
        on(Order).removed("label", was=str, backfill=label_of, loses="it was made of other fields"),
        on(Order).removed("copy", was=str, required=False, backfill=sibling("secret"), loses="nobody sent it"),
        on(Order).added("notes"),
        endpoint("/all-orders", "GET").moved(to="/orders"),
        endpoint("/orders/{key}", "DELETE").added(),
    )


TIMELINE = Timeline(
    Version(NEWEST, PriceInCents, LoseOrders),
    Version(MIDDLE, NameCities, PayByInvoice),
    Version(OLDEST),
)


@operation(response=list[Order], query=Filter)
async def orders(request: Request, *, query: Filter) -> list[Order]:
    return []


@operation(request=Order, response=Order, status=201, errors={409: Address})
async def create(request: Request, *, body: Order) -> Order:
    return body


@operation(status=204)
async def delete(request: Request) -> None:
    return None


def app() -> Starlette:
    return Starlette(
        routes=[
            Route("/orders", orders),
            Route("/orders", create, methods=["POST"]),
            Route("/orders/{key}", delete, methods=["DELETE"]),
        ]
    )


GATES = TIMELINE.compile(Contract.of(app()))


def passed(gates: Any, order: Any, version: str) -> tuple[Any, Any]:
    """Downgrade an order, then upgrade the result."""
    old = gates.downgrade(Order, order, to_version=version)
    return old, gates.upgrade(Order, old, from_version=version)
