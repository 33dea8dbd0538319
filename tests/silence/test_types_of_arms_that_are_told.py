"""What a 422 tells of the other arms of a union is what the old server told, by the types that they had."""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, create_model

from tests.silence.exchanges import Posted, told
from timegate import on

CLOSED = ConfigDict(extra="forbid")


class Named(BaseModel):
    model_config = CLOSED
    name: str
    size: dict[str, int]


class Colour(Enum):
    RED = "red"


def same(value: Any) -> Any:
    return value


def with_size(kind: Any) -> Any:
    fields: dict[str, Any] = {"size": (kind, ...), "more": (int, 1)}
    return create_model("Sized", __config__=CLOSED, **fields)


def itself(kind: Any) -> Any:
    return kind


def listed(kind: Any) -> Any:
    return list[kind]


def keyed(kind: Any) -> Any:
    return dict[str, kind]


def of_a_field(kind: Any) -> Any:
    return create_model("Holder", one=(kind, ...))


FORMS: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (itself, lambda value: value),
    (listed, lambda value: [value]),
    (keyed, lambda value: {"a": value}),
    (of_a_field, lambda value: {"one": value}),
]

WITHOUT: list[tuple[Any, Any]] = [
    (int, float),
    (int, float | None),
    (UUID, str),
    (Literal["red"], str),
    (Colour, str),
    (list[int], list[float]),
]
BOTH: list[tuple[Any, Any]] = [
    (int, str),
    (date, datetime),
    (list[int], list[str]),
    (int | None, int),
    (dict[str, UUID], int),
    (dict[str, bool], dict[str, UUID]),
]


@pytest.mark.parametrize("form", FORMS, ids=["itself", "list", "dict", "field"])
@pytest.mark.parametrize(
    ("was", "now", "both_ways"),
    [*((*kinds, False) for kinds in WITHOUT), *((*kinds, True) for kinds in BOTH)],
    ids=[f"{was} to {now}" for was, now in [*WITHOUT, *BOTH]],
)
def test_an_arm_is_told_by_the_type_that_it_had(was: Any, now: Any, both_ways: bool, form: Any) -> None:
    held, sent = form
    old, new = with_size(was), with_size(now)
    body = sent({"name": "n", "size": {"x": "word"}})
    before = told(Posted(held(Named | old)).bare, "POST", "/", body=body)
    to_head = same if both_ways else None
    fact = on(new).retyped("size", was=was, to_old=same, to_head=to_head, loses="nobody asks")
    assert told(Posted(held(Named | new), fact).app, "POST", "/", body=body) == before


class Numbered(BaseModel):
    alpha: int
    gamma: list[int] = []


class Whole(BaseModel):
    model_config = CLOSED
    gamma: str
    eta: str | None


class Parted(BaseModel):
    model_config = CLOSED
    tau: str
    theta: str
    eta: str | None


def test_a_value_that_became_two_is_told_once() -> None:
    def apart(text: str) -> tuple[str, str]:
        return text, text

    def together(tau: str, theta: str) -> str:
        return tau + theta

    fact = on(Parted).split("gamma", into=("tau", "theta"), was=str, apart=apart, together=together, loses="the second")
    body = {"alpha": 10, "gamma": ["x", 10]}
    expected = told(Posted(Numbered | Whole).bare, "POST", "/", body=body)
    assert [one[1][:2] for one in expected] == [["body", "Numbered"], *[["body", "Whole"]] * 3]
    seen = told(Posted(Numbered | Parted, fact).app, "POST", "/", body=body)
    assert [(kind, ["Whole" if one == "Parted" else one for one in loc], sent) for kind, loc, sent in seen] == expected
