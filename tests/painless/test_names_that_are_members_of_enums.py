"""A name may be a member of an enum of texts, in facts and in models: it means its text."""

from enum import Enum, StrEnum
from typing import Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import AliasChoices, BaseModel, Field, create_model

from tests.silence.exchanges import OLD, exchange, gated, timeline_of
from timegate import Contract, endpoint, on, sibling

TEXTS = {"SKU": "sku", "ARTICLE": "article", "PATH": "/items", "HEADER": "X-Mark", "MODEL": "Item"}

NAMES = pytest.mark.parametrize("names", [StrEnum("Plain", TEXTS), Enum("Mixed", TEXTS, type=str)])


def item(alias: Any) -> Any:
    return create_model("Item", s=(str, Field(alias=alias)), n=(int, 0))


def both(kind: Any, *facts: Any, head: Any, old: Any) -> None:
    gates = timeline_of(*facts).compile(Contract.of_types(kind))
    assert gates.downgrade(kind, head, to_version=OLD) == old
    assert gates.upgrade(kind, old, from_version=OLD) == head


@NAMES
def test_a_member_names_a_field(names: Any) -> None:
    for written in (names.SKU, "sku", "s"):
        for old in (names.ARTICLE, "article"):
            kind = item(names.SKU)
            both(kind, on(kind).renamed(old, to=written), head={"sku": "a"}, old={"article": "a"})


@NAMES
def test_a_member_names_a_field_of_a_plain_model(names: Any) -> None:
    kind = item("sku")
    both(kind, on(kind).moved(names.ARTICLE, to="sku"), head={"sku": "a"}, old={"article": "a"})


@NAMES
def test_a_member_names_a_model_and_a_sibling(names: Any) -> None:
    kind = item(names.SKU)
    fact = on(names.MODEL).removed(names.ARTICLE, was=str, backfill=sibling(names.SKU), loses="it is the same")
    gates = timeline_of(fact).compile(Contract.of_types(kind))
    assert gates.downgrade(kind, {"sku": "a"}, to_version=OLD) == {"sku": "a", "article": "a"}


@NAMES
def test_members_are_other_spellings_of_a_field(names: Any) -> None:
    class Item(BaseModel):
        s: str = Field(validation_alias=AliasChoices(names.SKU, names.ARTICLE), serialization_alias=names.SKU)

    gates = timeline_of(on(Item).renamed("old", to=names.SKU)).compile(Contract.of_types(Item))
    assert gates.upgrade(Item, {"old": "a"}, from_version=OLD) == {"sku": "a"}
    assert gates.upgrade(Item, {"old": "a", "article": "b"}, from_version=OLD) == {"sku": "a"}


@NAMES
def test_members_name_endpoints_and_parameters(names: Any) -> None:
    app = FastAPI()

    @app.get("/items")
    async def items(sku: str = Query("", alias=names.SKU), mark: str = Header("", alias=names.HEADER)) -> str:
        return sku + mark

    facts = (
        endpoint(names.PATH, "GET").query(names.ARTICLE).renamed(to=names.SKU),
        endpoint(names.PATH).header("X-Old").renamed(to=names.HEADER),
    )
    response = exchange(gated(app, *facts), "GET", "/items?article=a", headers={"X-Old": "b"})
    assert response.json() == "ab"
