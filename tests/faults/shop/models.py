"""What the shop's clients send and get."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, Field


class Size(Enum):
    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


class Item(BaseModel):
    sku: str
    quantity: int = 1
    size: Size = Size.SMALL
    tags: list[str] = []
    note: str | None = None


class Address(BaseModel):
    street: str
    zip_code: str


class Customer(BaseModel):
    name: str
    phone: str | None
    address: Address
    vip: bool = False


class CustomerPatch(BaseModel):
    name: str | None = None
    vip: bool | None = None


class NewOrder(BaseModel):
    items: list[Item]
    customer: Customer
    voucher_cents: int = 0


class Order(NewOrder):
    order_id: int
    total_cents: int = Field(ge=0)
