"""A shop as it is today, in which mistakes are made."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from timegate import Contract, Gates, Timeline, Version, VersionChange

NEW, OLD = "2025-06-01", "2025-01-01"
T = TypeVar("T")


class Address(BaseModel):
    street: str
    zip_code: str
    country: str


class User(BaseModel):
    id: str
    first_name: str
    last_name: str
    emails: list[str]
    addresses: list[Address]
    nickname: str | None = None


class UserCreate(BaseModel):
    first_name: str
    emails: list[str]
    addresses: list[Address] = []
    marketing: bool


class OrderStatus(StrEnum):
    open = "open"
    paid = "paid"
    shipped = "shipped"
    returned = "returned"


class Card(BaseModel):
    kind: Literal["card"]
    last_four: str


class Invoice(BaseModel):
    kind: Literal["invoice"]
    due_days: int = 30


class Wallet(BaseModel):
    kind: Literal["wallet"]
    provider: str


class Order(BaseModel):
    id: str
    user_id: str
    payment: Annotated[Card | Invoice | Wallet, Field(discriminator="kind")]
    status: OrderStatus
    note: str | None


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = None


class Stranger(BaseModel):
    """No operation of the shop has it."""

    x: int


class Report(BaseModel):
    """Only the app that is mounted at `/reports` has it."""

    total: int


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/health")
    def health() -> str:
        return "well"

    @app.get("/users")
    def list_users(limit: int = 20, search: str | None = None) -> Page[User]:
        return Page(items=[])

    @app.post("/users", status_code=201)
    def create_user(body: UserCreate) -> User:
        raise NotImplementedError

    @app.get("/users/{user_id}")
    def get_user(user_id: str) -> User:
        raise NotImplementedError

    @app.get("/orders/{order_id}")
    def get_order(order_id: str) -> Order:
        raise NotImplementedError

    @app.post("/orders/{order_id}/return", status_code=202)
    def return_order(order_id: str, x_reason: Annotated[str | None, Header()] = None) -> Order:
        raise NotImplementedError

    return app


def with_reports() -> FastAPI:
    """The shop with another app below a mount."""
    app, reports = make_app(), FastAPI()

    @reports.get("/daily")
    def daily() -> Report:
        return Report(total=0)

    app.mount("/reports", reports)
    return app


def change(*facts: Any, name: str = "MyChange") -> type[VersionChange]:
    return type(name, (VersionChange,), {"__doc__": "Something changed.", "changes": facts})


def compiled(*facts: Any, app: FastAPI | None = None) -> Gates:
    return Timeline(Version(NEW, change(*facts)), Version(OLD)).compile(Contract.of(app or make_app()))
