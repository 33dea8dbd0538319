"""What is told of an object depends on what its class is: a model, a dataclass or a TypedDict."""

from dataclasses import dataclass, field
from typing import Any, NotRequired

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, with_config
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypedDict

from tests.silence.exchanges import Posted, exchange, gated, told
from timegate import endpoint, on


class Item(BaseModel):
    n: int = 0


class Sized(TypedDict):
    size: int


@dataclass
class Weighed:
    weight: int


class Parcel(BaseModel):
    sized: Sized
    weighed: Weighed
    level: int = 0


@pytest.mark.parametrize("sent", [1, [{}]])
@pytest.mark.parametrize(
    ("key", "other", "kind", "context"),
    [
        ("sized", {"weighed": {"weight": 1}}, "dict_type", None),
        ("weighed", {"sized": {"size": 1}}, "dataclass_type", {"class_name": "OldWeighed"}),
    ],
)
def test_what_is_no_object_is_told_by_what_its_class_is_where_a_function_gets_the_whole(
    key: str, other: dict[str, Any], kind: str, context: Any, sent: Any
) -> None:
    app = FastAPI()

    @app.post("/")
    async def post(body: dict[str, Parcel]) -> int:
        return len(body)

    numbered = endpoint("/", "POST").rewritten(request=by_number, was=list[Parcel], loses="nothing")
    older = gated(app, on(Weighed).was_named("OldWeighed"), numbered)
    response = exchange(older, "POST", "/", body=[{**other, key: sent}])
    assert response.status == 422
    assert [(one["type"], one["loc"], one["input"], one.get("ctx")) for one in response.json()["detail"]] == [
        (kind, ["body", 0, key], sent, context)
    ]


def by_number(parcels: list[Any]) -> dict[str, Any]:
    return {str(number): one for number, one in enumerate(parcels)}


@dataclass
class ItemOfADataclass:
    n: int = 0
    held: "list[ItemOfADataclass]" = field(default_factory=list["ItemOfADataclass"])


class ItemOfATypedDict(TypedDict):
    n: int
    held: NotRequired["list[ItemOfATypedDict]"]


class ItemOfAModel(BaseModel):
    n: int = 0
    held: list["ItemOfAModel"] = []


@pytest.mark.parametrize("kind", [ItemOfAModel, ItemOfADataclass, ItemOfATypedDict])
@pytest.mark.parametrize("sent", [7, [], {"n": 1, "held": [7]}])
def test_what_is_no_object_is_told_as_its_class_tells_it(kind: Any, sent: Any) -> None:
    def details(body: Any, *facts: Any) -> Any:
        response = exchange(Posted(kind, *facts).app, "POST", "/", body=body)
        assert response.status == 422
        return response.json()["detail"]

    older = {"m": 1, "held": [7]} if isinstance(sent, dict) else sent
    assert details(older, on(kind).renamed("m", to="n")) == details(sent)


@pytest.mark.parametrize("kind", [ItemOfAModel, ItemOfADataclass, ItemOfATypedDict])
def test_what_is_no_object_in_a_removed_field_is_told_as_its_class_tells_it(kind: Any) -> None:
    now = told(Posted(ItemOfAModel).app, "POST", "/", body={"held": [7]})
    assert [place for _, place, _ in now] == [["body", "held", 0]]
    removed = on(Item).removed("gone", was=list[kind], backfill=[], loses="nobody asks for it")
    types = {ItemOfAModel: "model_attributes_type", ItemOfADataclass: "dataclass_type", ItemOfATypedDict: "dict_type"}
    was = told(Posted(Item, removed, on(kind).renamed("m", to="n")).app, "POST", "/", body={"gone": [7]})
    assert was == [(types[kind], ["body", "gone", 0], 7)]


@pydantic_dataclass(config=ConfigDict(extra="forbid"))
class ClosedDataclass:
    n: int = 0


class ClosedModel(BaseModel, extra="forbid"):
    n: int = 0


@with_config(ConfigDict(extra="forbid"))
class ClosedTypedDict(TypedDict):
    n: NotRequired[int]


@pytest.mark.parametrize("kind", [ClosedModel, ClosedDataclass, ClosedTypedDict])
def test_a_key_that_a_closed_class_lacked_is_told_as_its_class_tells_it(kind: Any) -> None:
    fact = on(kind).added("n")
    (today,) = told(Posted(kind).app, "POST", "/", body={"strange": 1})
    (was,) = told(Posted(kind, fact).app, "POST", "/", body={"n": 1})
    assert (was[0], was[2]) == (today[0], today[2])
    assert was[1] == ["body", "n"]


class Newer(BaseModel, extra="forbid"):
    a: int
    e: int = 0
    f: int = 0


@pydantic_dataclass(config=ConfigDict(extra="forbid"))
class NewerData:
    a: int
    e: int = 0
    f: int = 0


@pytest.mark.parametrize(("kind", "extra"), [(Newer, "extra_forbidden"), (NewerData, "unexpected_keyword_argument")])
def test_keys_that_the_client_does_not_have_are_told_after_its_own_in_the_order_in_which_they_were_sent(
    kind: Any, extra: str
) -> None:
    retyped = on(kind).retyped("a", was=str, to_head=int, to_old=str)
    posted = Posted(kind, on(kind).added("e"), on(kind).added("f"), retyped)
    assert told(posted.app, "POST", "/", body={"f": 1, "a": 7, "e": 2}) == [
        ("string_type", ["body", "a"], 7),
        (extra, ["body", "f"], 1),
        (extra, ["body", "e"], 2),
    ]
