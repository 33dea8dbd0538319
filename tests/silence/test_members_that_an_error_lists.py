"""A 422 lists the members of the client's version in their order, as the old server did."""

from enum import IntEnum, StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.silence.exchanges import Posted, exchange
from timegate import enum, on


class Size(StrEnum):
    xs = "xs"
    s = "s"
    m = "m"
    large = "l"
    xl = "xl"
    xxl = "xxl"


class Rank(IntEnum):
    first = 1
    fourth = 4
    second = 2
    ninth = 9


class Shirt(BaseModel):
    size: Size = Size.m
    sizes: list[Size] = []
    cut: Literal["slim", "wide", "plain", "loose"] = "plain"
    rank: Rank = Rank.first


class Gift(BaseModel):
    reason: str


class Order(BaseModel):
    item: Shirt | Gift


def told(kind: Any, value: Any) -> tuple[Any, ...]:
    """What pydantic itself tells of a value that is not of a type."""
    with pytest.raises(ValidationError) as error:
        TypeAdapter[Any](kind).validate_python(value)
    (one,) = error.value.errors()
    return one["type"], one["msg"], one.get("ctx")


def detail(response: Any) -> tuple[Any, ...]:
    (one,) = response.json()["detail"]
    return one["type"], one["msg"], one.get("ctx")


def same(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("fact", "key"),
    [
        (on(Shirt).retyped("size", was=Size, to_head=same, to_old=same), "size"),
        (on(Shirt).became_list("sizes", was=Size, empty="m"), "sizes"),
        (on(Shirt).became_optional("size", missing_was="m"), "size"),
        (on(Shirt).removed("old", was=Size, required=False, loses="nobody asks for it"), "old"),
    ],
    ids=["retyped", "became a list", "became optional", "removed"],
)
def test_the_members_of_an_old_type_are_in_their_order(fact: Any, key: str) -> None:
    response = exchange(Posted(Shirt, fact).app, "POST", "/", body={"size": "m", key: "huge"})
    assert response.status == 422
    assert detail(response) == told(Size, "huge")


@pytest.mark.parametrize(
    ("key", "kind", "sent"),
    [
        ("size", Size, "huge"),
        ("cut", Literal["slim", "wide", "plain", "loose"], "SLIM"),
        ("rank", Rank, 5),
    ],
)
def test_a_value_of_the_only_model_that_older_versions_have_is_told_as_that_models(
    key: str, kind: Any, sent: Any
) -> None:
    posted = Posted(Order, on(Gift).introduced(seen_as={"size": "m"}))
    response = exchange(posted.app, "POST", "/", body={"item": {key: sent}})
    assert response.status == 422
    assert detail(response) == told(kind, sent)
    assert response.json()["detail"][0]["loc"] == ["body", "item", key]


def test_the_members_that_it_lists_are_the_clients() -> None:
    facts = (enum(Size).grew("xxl", seen_as="xl"), enum(Size).renamed("tiny", to="xs"))
    posted = Posted(Order, on(Gift).introduced(seen_as={"size": "m"}), *facts)
    response = exchange(posted.app, "POST", "/", body={"item": {"size": "xxl"}})
    assert response.status == 422
    assert detail(response)[1] == "Input should be 'tiny', 's', 'm', 'l' or 'xl'"
