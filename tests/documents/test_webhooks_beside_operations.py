"""A version shows a model as it was, wherever the app uses it: in operations, webhooks, callbacks or several."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, computed_field

from tests.silence.old_client import HEAD, OLD, timeline_of
from timegate import Contract, on
from timegate.typing import Document


class Item(BaseModel):
    sku: str
    stock: int = 0

    @computed_field
    def sold_out(self) -> bool:
        return not self.stock


class Box(BaseModel):
    item: Item


USES = ("request", "response", "webhook", "callback")


def shop(uses: frozenset[str], kind: type[BaseModel]) -> FastAPI:
    app, callbacks = FastAPI(), APIRouter()

    async def told(body: Any) -> None:
        """The subscriber is told."""

    told.__annotations__["body"] = kind
    callbacks.post("{$request.query.url}")(told)

    async def send(body: Any) -> None:
        """Read it."""

    async def get() -> Any:
        """Give it."""

    send.__annotations__["body"] = kind if "request" in uses else int
    get.__annotations__["return"] = kind if "response" in uses else int
    app.post("/items", callbacks=callbacks.routes if "callback" in uses else None)(send)
    app.get("/items")(get)
    if "webhook" in uses:
        app.webhooks.post("told")(told)
    return app


def documents(app: FastAPI, *facts: Any) -> tuple[Document, Document]:
    gates = timeline_of(*facts).compile(Contract.of(app))
    return gates.contract(HEAD), gates.contract(OLD)


ALL = [
    frozenset(one for one, used in zip(USES, bits, strict=True) if used)
    for bits in product((False, True), repeat=len(USES))
]


@pytest.mark.parametrize("kind", [Item, Box])
@pytest.mark.parametrize("uses", [uses for uses in ALL if uses], ids=lambda uses: " ".join(sorted(uses)))
def test_the_old_document_has_the_old_model_everywhere(uses: frozenset[str], kind: type[BaseModel]) -> None:
    head, old = documents(shop(uses, kind), on(Item).renamed("article", to="sku"))
    items = {name: one for name, one in old["components"]["schemas"].items() if name.startswith("Item")}
    assert items
    for name, schema in items.items():
        assert "article" in schema["properties"]
        assert "sku" not in schema["properties"]
        assert name in head["components"]["schemas"]


@pytest.mark.parametrize("uses", [uses for uses in ALL if uses], ids=lambda uses: " ".join(sorted(uses)))
def test_a_model_that_was_called_otherwise_is_called_so_everywhere(uses: frozenset[str]) -> None:
    _, old = documents(shop(uses, Box), on(Item).was_named("Ware"))
    schemas = old["components"]["schemas"]
    assert not [name for name in schemas if name.startswith("Item")]
    assert (
        schemas["Box" if "Box" in schemas else "Box-Input"]["properties"]["item"]["$ref"].rpartition("/")[2] in schemas
    )


@pytest.mark.parametrize("uses", [uses for uses in ALL if uses], ids=lambda uses: " ".join(sorted(uses)))
def test_the_document_of_head_is_the_own_one(uses: frozenset[str]) -> None:
    app = shop(uses, Box)
    head, _ = documents(app, on(Item).renamed("article", to="sku"))
    assert {**head, "info": None} == {**app.openapi(), "info": None}
