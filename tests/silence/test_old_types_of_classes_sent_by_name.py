"""An old type that a fact names has aliases, also where another response of its class has none."""

from enum import IntEnum
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, change_of, exchange, gated
from timegate import Timeline, Version, endpoint, enum, on
from timegate.asgi import TimegateMiddleware


class Thing(BaseModel):
    some_thing: int = Field(alias="someThing")
    more: int = 1


class Size(IntEnum):
    SMALL = 7
    LARGE = 9


class Sized(BaseModel):
    size: Size = Field(alias="sizeOf")
    count: int


class OldSized(BaseModel):
    size: Size = Field(alias="sizeOf")
    amount: str


def from_old(value: dict[str, Any]) -> dict[str, Any]:
    return {**{key: one for key, one in value.items() if key != "amount"}, "count": int(value["amount"])}


def to_old(value: dict[str, Any]) -> dict[str, Any]:
    return {**{key: one for key, one in value.items() if key != "count"}, "amount": str(value["count"])}


def values_of(items: dict[str, Any]) -> list[Any]:
    return list(items.values())


def test_what_an_older_version_renames_is_renamed_in_a_body_that_a_newer_one_rewrites() -> None:
    app = FastAPI()

    @app.get("/named", response_model_by_alias=False)
    def named() -> Thing:
        return Thing(someThing=2)

    @app.get("/things")
    def things() -> dict[str, Thing]:
        return {"a": Thing(someThing=1)}

    numbered = change_of(endpoint("/things", "GET").rewritten(response=values_of, was=list[Thing]))
    shorter = change_of(on(Thing).renamed("anything", to="some_thing"))
    timeline = Timeline(Version("2025-06-01", numbered), Version("2025-03-01", shorter), Version(OLD))
    served = TimegateMiddleware(app, timeline=timeline)
    assert exchange(served, "GET", "/things").json() == [{"anything": 1, "more": 1}]
    assert exchange(served, "GET", "/named").json() == {"anything": 2, "more": 1}


@pytest.mark.parametrize(("by_alias", "key"), [(True, "sizeOf"), (False, "size")])
def test_an_old_shape_has_the_keys_by_which_the_class_is_sent(by_alias: bool, key: str) -> None:
    app = FastAPI()

    @app.get("/sized", response_model_by_alias=by_alias)
    def sized() -> Sized:
        return Sized(sizeOf=Size.LARGE, count=1)

    grew = enum(Size).grew(9, seen_as=7)
    reshaped = on(Sized).reshaped(was=OldSized, to_head=from_old, to_old=to_old, loses="nobody counts so far")
    served = gated(app, grew, reshaped)
    assert exchange(served, "GET", "/sized").json() == {key: 7, "amount": "1"}
