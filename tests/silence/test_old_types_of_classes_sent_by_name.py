"""An old type that a fact names has the keys by which its place is sent: aliases, or the names of its fields."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.silence.exchanges import OLD, change_of, exchange, gated
from timegate import Timeline, Version, endpoint, enum, on
from timegate.asgi import TimegateMiddleware

T = TypeVar("T")


class Thing(BaseModel):
    some_thing: int = Field(alias="someThing")
    more: int = 1


class Size(IntEnum):
    SMALL = 7
    LARGE = 9


class Part(BaseModel):
    size: Size = Field(alias="sizeOf")


class Sized(BaseModel):
    size: Size = Field(alias="sizeOf")
    count: int
    part: Part = Field(alias="thePart")


class OldSized(BaseModel):
    size: Size = Field(alias="sizeOf")
    amount: str
    part: Part = Field(alias="thePart")


@dataclass
class OldData:
    size: Annotated[Size, Field(alias="sizeOf")]
    amount: str
    part: Annotated[Part, Field(alias="thePart")]


class OldKeys(TypedDict):
    size: Annotated[Size, Field(alias="sizeOf")]
    amount: str
    part: Annotated[Part, Field(alias="thePart")]


class OldOf(BaseModel, Generic[T]):
    size: Size = Field(alias="sizeOf")
    amount: str
    part: T = Field(alias="thePart")


class Plain(BaseModel):
    """A class without an alias: sent alike by every route, but what it held is not."""

    count: int = 1
    size: Size = Size.LARGE


class Gone(BaseModel):
    size: Size = Field(alias="sizeOf")
    word: str = "w"


def of(kind: Any, content: Any, *, by_alias: bool) -> FastAPI:
    app = FastAPI()

    @app.get("/sized", response_model=kind, response_model_by_alias=by_alias)
    def sized() -> Any:
        return content

    return app


def sized() -> Sized:
    return Sized(sizeOf=Size.LARGE, count=1, thePart=Part(sizeOf=Size.LARGE))


def values_of(items: dict[str, Any]) -> list[Any]:
    return list(items.values())


def from_old(value: dict[str, Any]) -> dict[str, Any]:
    return {**{key: one for key, one in value.items() if key != "amount"}, "count": int(value["amount"])}


def to_old(value: dict[str, Any]) -> dict[str, Any]:
    return {**{key: one for key, one in value.items() if key != "count"}, "amount": str(value["count"])}


def in_list(one: Any) -> list[Any]:
    return [one]


def in_dict(one: Any) -> dict[str, Any]:
    return {"a": one}


def list_to_old(value: list[Any]) -> list[Any]:
    return list(map(to_old, value))


def dict_to_old(value: dict[str, Any]) -> dict[str, Any]:
    return {key: to_old(one) for key, one in value.items()}


GREW = enum(Size).grew(9, seen_as=7)
IN_OLD = {
    True: {"sizeOf": 7, "amount": "1", "thePart": {"sizeOf": 7}},
    False: {"size": 7, "amount": "1", "part": {"size": 7}},
}
either_way = pytest.mark.parametrize("by_alias", [True, False])


def test_what_an_older_version_renames_is_renamed_in_a_body_that_a_newer_one_rewrote() -> None:
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


@either_way
def test_an_old_shape_has_the_keys_by_which_the_class_is_sent(by_alias: bool) -> None:
    reshaped = on(Sized).reshaped(was=OldSized, to_head=from_old, to_old=to_old, loses="nobody counts so far")
    served = gated(of(Sized, sized(), by_alias=by_alias), GREW, reshaped)
    assert exchange(served, "GET", "/sized").json() == IN_OLD[by_alias]


@either_way
@pytest.mark.parametrize("was", [OldSized, OldData, OldKeys, OldOf[Part]], ids=str)
def test_a_rewritten_body_has_the_keys_by_which_its_route_sends_it(was: Any, by_alias: bool) -> None:
    rewritten = endpoint("/sized", "GET").rewritten(response=to_old, was=was)
    served = gated(of(Sized, sized(), by_alias=by_alias), GREW, rewritten)
    assert exchange(served, "GET", "/sized").json() == IN_OLD[by_alias]


@either_way
@pytest.mark.parametrize(
    ("within", "kind", "was", "function"),
    [
        (in_list, list[Sized], list[OldSized], list_to_old),
        (in_dict, dict[str, Sized], dict[str, OldSized], dict_to_old),
    ],
    ids=["list", "dict"],
)
def test_what_a_rewritten_body_holds_has_the_keys_by_which_its_route_sends_it(
    within: Callable[[Any], Any], kind: Any, was: Any, function: Callable[[Any], Any], by_alias: bool
) -> None:
    rewritten = endpoint("/sized", "GET").rewritten(response=function, was=was)
    served = gated(of(kind, within(sized()), by_alias=by_alias), GREW, rewritten)
    assert exchange(served, "GET", "/sized").json() == within(IN_OLD[by_alias])


def held(fact: Any, app: FastAPI) -> Any:
    return exchange(gated(app, GREW, fact), "GET", "/sized").json()


@either_way
def test_a_field_of_an_old_type_has_the_keys_by_which_its_object_is_sent(by_alias: bool) -> None:
    key = "sizeOf" if by_alias else "size"

    def backfill(value: dict[str, Any]) -> dict[str, Any]:
        return {key: value["size"], "word": "w"}

    app = of(Plain, Plain(), by_alias=by_alias)
    assert held(on(Plain).removed("gone", was=Gone, backfill=backfill, loses="nobody asks"), app) == {
        "count": 1,
        "size": 7,
        "gone": {key: 7, "word": "w"},
    }
    retyped = on(Plain).retyped(
        "count", was=Gone, to_old=lambda _: {key: 9, "word": "w"}, to_head=lambda _: 1, loses="no"
    )
    assert held(retyped, app) == {"count": {key: 7, "word": "w"}, "size": 7}


def test_one_class_by_both_ways_has_the_keys_of_each_route_in_its_old_type() -> None:
    app = of(Plain, Plain(), by_alias=True)

    @app.get("/named", response_model_by_alias=False)
    def named() -> Plain:
        return Plain()

    def held_by(value: dict[str, Any]) -> Any:
        return {"sizeOf": 9, "size": 9, "word": "w"}

    served = gated(app, GREW, on(Plain).removed("gone", was=Gone, backfill=held_by, loses="nobody asks"))
    assert exchange(served, "GET", "/sized").json()["gone"]["sizeOf"] == 7
    assert exchange(served, "GET", "/named").json()["gone"]["size"] == 7


@either_way
def test_a_fact_about_an_old_type_holds_for_it_by_names_too(by_alias: bool) -> None:
    first = change_of(GREW, endpoint("/sized", "GET").rewritten(response=to_old, was=OldSized))
    older = change_of(on(OldSized).renamed("how_many", to="amount"), on(Part).renamed("extent", to="size"))
    timeline = Timeline(Version("2025-06-01", first), Version("2025-03-01", older), Version(OLD))
    served = TimegateMiddleware(of(Sized, sized(), by_alias=by_alias), timeline=timeline)
    expected = dict(zip(IN_OLD[by_alias], (7, "1", {"extent": 7}), strict=True))
    assert exchange(served, "GET", "/sized").json() == {
        "how_many" if key == "amount" else key: one for key, one in expected.items()
    }
