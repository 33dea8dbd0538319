"""The shop, which serves every version."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query

from tests.faults.shop.models import CustomerPatch, NewOrder, Order
from tests.faults.shop.versions import timeline
from timegate.asgi import TimegateMiddleware

app = FastAPI(title="Shop")
app.add_middleware(TimegateMiddleware, timeline=timeline)
orders: dict[int, Order] = {}


@app.post("/orders", status_code=201)
async def add(order: NewOrder) -> Order:
    total = 250 * sum(item.quantity for item in order.items)
    made = Order(order_id=len(orders) + 1, total_cents=total, **order.model_dump())
    orders[made.order_id] = made
    return made


@app.get("/orders")
async def listed(limit: Annotated[int, Query(ge=1)] = 20) -> list[Order]:
    return list(orders.values())[:limit]


@app.get("/orders/{order_id}")
async def one(order_id: int) -> Order:
    if order_id not in orders:
        raise HTTPException(404)
    return orders[order_id]


@app.post("/orders/{order_id}/refund")
async def refund(order_id: int) -> Order:
    return await one(order_id)


@app.patch("/customers/{name}")
async def patch(name: str, changed: CustomerPatch) -> CustomerPatch:
    return changed
