"""Webhooks and callbacks that an app declares are payloads that it sends, without being told again."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from tests.sentences import shows
from timegate import CompileError, Contract, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class Subscription(BaseModel):
    plan: str
    seats: int = 1


class Received(BaseModel):
    well: bool


class Invoice(BaseModel):
    total: int


class Paid(BaseModel):
    invoice: Invoice


class Kept(BaseModel):
    note: str


app = FastAPI()
callbacks = APIRouter()


@callbacks.post("{$request.body.url}/paid")
def paid(body: Paid) -> Received:
    raise NotImplementedError


@app.webhooks.post("new-subscription")
def new_subscription(body: Subscription) -> Received:
    raise NotImplementedError


@app.post("/invoices", callbacks=callbacks.routes)
def create(kept: Kept) -> Kept:
    return kept


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


@shows(
    "what leaves or reaches the server without an operation: [webhooks and callbacks](webhooks.md), queues, "
    "stored payloads | the same two on each payload;",
)
def test_what_a_webhook_sends_is_downgraded_for_the_version_of_a_subscriber() -> None:
    gates = timeline_of(on(Subscription).added("seats"), on(Received).renamed("ok", to="well")).compile(
        Contract.of(app)
    )
    sent = Subscription(plan="gold", seats=3)
    assert gates.downgrade(Subscription, sent, to_version=OLD) == {"plan": "gold"}
    assert gates.downgrade(Subscription, sent, to_version=NEW) == {"plan": "gold", "seats": 3}
    assert gates.upgrade(Received, {"ok": True}, from_version=OLD) == {"well": True}


def test_what_a_callback_sends_is_downgraded_at_any_depth() -> None:
    gates = timeline_of(on(Invoice).renamed("sum", to="total")).compile(Contract.of(app))
    assert gates.downgrade(Paid, {"invoice": {"total": 5}}, to_version=OLD) == {"invoice": {"sum": 5}}


def test_they_are_not_listed_as_opaque() -> None:
    assert Contract.of(app).opaque == ()


def test_a_fact_that_old_subscribers_cannot_get_is_refused_at_the_start() -> None:
    with pytest.raises(CompileError, match="nothing says what they read"):
        timeline_of(on(Subscription).removed("owner", was=str, loses="x")).compile(Contract.of(app))


def test_old_documents_show_the_old_webhooks_and_callbacks() -> None:
    facts = (
        on(Subscription).added("seats"),
        on(Subscription).was_named("NewSubscription"),
        on(Invoice).renamed("sum", to="total"),
    )
    document = timeline_of(*facts).compile(Contract.of(app)).contract(OLD)
    body = document["webhooks"]["new-subscription"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/NewSubscription"}
    schemas = document["components"]["schemas"]
    assert schemas["NewSubscription"]["properties"].keys() == {"plan"}
    assert schemas["Invoice"]["properties"].keys() == {"sum"}
    callback = document["paths"]["/invoices"]["post"]["callbacks"]["paid"]["{$request.body.url}/paid"]["post"]
    assert callback["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Paid"}
    assert "Subscription" not in schemas


def content(schema: Any, media: str = "application/json") -> dict[str, Any]:
    return {"content": {media: {"schema": schema}}}


OK = {"$ref": "#/components/schemas/Ok"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/invoices": {
            "post": {
                "responses": {"204": {"description": "d"}},
                "callbacks": {
                    "paid": {
                        "{$url}": {
                            "post": {
                                "requestBody": content({"$ref": "#/components/schemas/Invoice"}),
                                "responses": {
                                    "200": {"description": "d", **content({"$ref": "#/components/schemas/Ok"})}
                                },
                            }
                        }
                    }
                },
            }
        }
    },
    "webhooks": {
        "hook": {"post": {"requestBody": content({"type": "array", "items": {"$ref": "#/components/schemas/Hook"}})}},
        "form": {"post": {"requestBody": content({"type": "object"}, "multipart/form-data")}},
    },
    "components": {
        "schemas": {
            name: {"type": "object", "properties": {"new": {"type": "string"}}} for name in ("Invoice", "Ok", "Hook")
        }
    },
}


def test_those_of_a_document_are_payloads_too() -> None:
    contract = Contract.from_openapi(DOCUMENT)
    assert contract.opaque == ("webhook form",)
    gates = timeline_of(on("Invoice", "Ok", "Hook").renamed("old", to="new")).compile(contract)
    for name in ("Invoice", "Hook"):
        assert gates.downgrade(name, {"new": "x"}, to_version=OLD) == {"old": "x"}
    assert gates.upgrade("Ok", {"old": "x"}, from_version=OLD) == {"new": "x"}
