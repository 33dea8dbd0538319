"""What an old server left out of a list, because it could not be read, is left out and refuses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, OnErrorOmit

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.old_client import OLD, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Part(BaseModel):
    size: int


class Tool(BaseModel):
    name: str = ""


class Listed(BaseModel):
    parts: list[OnErrorOmit[Part]]


class Named(BaseModel):
    parts: dict[str, OnErrorOmit[Part]]


class Mixed(BaseModel):
    parts: list[OnErrorOmit[Part | Tool]]


class Nested(BaseModel):
    parts: list[list[OnErrorOmit[Part]]]


RENAMED = on(Part).renamed("length", to="size")


def halved(text: str) -> int:
    if text == "odd":
        raise ValueError(text)
    return int(text) // 2


RETYPED = on(Part).retyped("size", was=str, to_head=halved, to_old=str)


def head_gets(model: Any, parts: Any, *facts: Fact) -> Any:
    """What the handler gets of an old client's parts, or the places of its 422."""
    served, got = FastAPI(), list[Any]()

    def create(body: Any) -> None:
        got.append(body.model_dump()["parts"])

    create.__annotations__["body"] = model
    served.post("/")(create)
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with Caller(served, headers={"API-Version": OLD}) as client:
        response = client.post("/", json={"parts": parts})
    return got[0] if response.is_success else [error["loc"] for error in response.json()["detail"]]


@shows("an item that the app leaves out where it cannot read it (`OnErrorOmit`) | left out")
@pytest.mark.parametrize("bad", [3, {}, {"length": "much"}, {"size": 4}, None, "text", []])
def test_an_item_that_the_old_server_could_not_read_is_left_out(bad: Any) -> None:
    assert head_gets(Listed, [bad, {"length": "1"}, bad, {"length": 2}], RENAMED) == [{"size": 1}, {"size": 2}]


def test_so_is_the_value_of_a_key() -> None:
    assert head_gets(Named, {"a": {"length": "much"}, "b": {"length": 1}, "c": 3}, RENAMED) == {"b": {"size": 1}}


def test_so_is_an_item_of_no_arm() -> None:
    assert head_gets(Mixed, [{"length": 1}, {"name": 3}, {"name": "saw"}], RENAMED) == [{"size": 1}, {"name": "saw"}]


def test_so_are_those_of_inner_lists_and_what_is_no_list_is_refused() -> None:
    assert head_gets(Nested, [[{"length": 1}, 3], []], RENAMED) == [[{"size": 1}], []]
    assert head_gets(Nested, [[], 3], RENAMED) == [["body", "parts", 1]]


@shows(
    "left out where the client's server could not read it; refused (422) where only a function of a change cannot "
    "carry it"
)
def test_what_was_read_and_no_function_can_carry_is_refused() -> None:
    assert head_gets(Listed, [{"size": 5}, {"size": "8"}], RETYPED) == [{"size": 4}]
    assert head_gets(Listed, [{"size": 5}, {"size": "odd"}], RETYPED) == [["body", "parts", 1, "size"]]


def test_an_item_of_what_a_function_gets_is_left_out_before() -> None:
    got = list[Any]()

    def to_head(parts: Any) -> Any:
        got.append(parts)
        return parts["all"]

    was = dict[str, list[OnErrorOmit[Part]]]
    fact = on(Listed).retyped("parts", was=was, to_head=to_head, to_old=lambda new: {"all": new}, loses="all but one")
    assert head_gets(Listed, {"all": [3, {"size": "1"}, {"size": "x"}]}, fact) == [{"size": 1}]
    assert got == [{"all": [{"size": 1}]}]
