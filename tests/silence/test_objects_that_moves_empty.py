"""An object that a move empties, and that the other version lacks, is gone before a function sees the whole object."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from tests.silence.exchanges import exchange, gated
from tests.silence.old_client import OLD, gates_of
from timegate import enum, on
from timegate.changes.base import Fact


class Box(BaseModel):
    width: int


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


class Flat(Loose):
    width: int
    text: str = ""
    other: int = 0


class Boxed(Loose):
    box: Box
    text: str = ""


class Older(Loose):
    width: int


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def with_text(value: Any) -> Any:
    return {**value, "text": as_text(value)}


def same(value: Any) -> Any:
    return value


OUT, INTO = on(Flat).moved("box.width", to="width"), on(Boxed).moved("width", to="box.width")
SEEN = {"width": 1}

UPGRADES: dict[str, tuple[Fact, ...]] = {
    "added": (OUT, on(Flat).added("text", default=as_text)),
    "reshaped": (OUT, on(Flat).reshaped(was=Older, to_head=with_text, to_old=same, loses="the text")),
}
NO_TEXT = on(Boxed).added("text")
DOWNGRADES: dict[str, tuple[Fact, ...]] = {
    "removed": (on(Boxed).removed("old", was=str, backfill=as_text, loses="it is gone"), NO_TEXT, INTO),
    "reshaped": (on(Boxed).reshaped(was=Older, to_head=same, to_old=with_text, loses="the text"), NO_TEXT, INTO),
}


@pytest.mark.parametrize("way", UPGRADES)
@pytest.mark.parametrize("beside", [{}, {"zz": 1}], ids=["alone", "beside another key"])
def test_a_function_of_a_request_sees_no_object_that_a_move_has_emptied(way: str, beside: dict[str, Any]) -> None:
    gates = gates_of([Flat], *UPGRADES[way])
    received = gates.upgrade(Flat, {"box": {"width": 1}, **beside}, from_version=OLD)
    assert {**received, "text": json.loads(received["text"])} == {**SEEN, **beside, "text": {**SEEN, **beside}}


@pytest.mark.parametrize("way", DOWNGRADES)
def test_a_function_of_a_response_sees_no_object_that_a_move_has_emptied(way: str) -> None:
    gates = gates_of([Boxed], *DOWNGRADES[way])
    received = gates.downgrade(Boxed, {"box": {"width": 1}, "text": "t"}, to_version=OLD)
    filled = "old" if way == "removed" else "text"
    assert {**received, filled: json.loads(received[filled])} == {**SEEN, filled: SEEN}


def test_a_function_sees_an_object_that_a_later_move_will_empty() -> None:
    twice = on(Flat).moved("box.height", to="other")
    gates = gates_of([Flat], OUT, on(Flat).added("text", default=as_text), twice)
    received = gates.upgrade(Flat, {"box": {"width": 1, "height": 2}}, from_version=OLD)
    assert received == {"width": 1, "other": 2, "text": as_text({"box": {"height": 2}, "width": 1})}


def test_keys_that_no_version_knows_go_with_an_object_that_a_move_has_emptied() -> None:
    gates = gates_of([Flat], *UPGRADES["added"])
    received = gates.upgrade(Flat, {"box": {"width": 1, "zz": 2}}, from_version=OLD)
    assert received == {"width": 1, "text": as_text({"width": 1})}


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: int


def test_a_closed_model_of_head_refuses_no_key_of_such_an_object() -> None:
    app = FastAPI()

    @app.post("/closed")
    def post(body: Closed) -> int:
        return body.width

    served = gated(app, on(Closed).moved("box.width", to="width"))
    response = exchange(served, "POST", "/closed", body={"box": {"width": 3, "zz": "x"}})
    assert (response.status, response.json()) == (200, 3)
    assert exchange(served, "POST", "/closed", body={"box": {"width": 3}, "zz": "x"}).status == 422


class Sized(Loose):
    width: int
    text: str


class Parcel(Loose):
    held: Sized
    other: int = 0


def test_an_open_object_of_which_a_move_takes_a_required_key_is_no_object_of_another_shape() -> None:
    gates = gates_of([Parcel], on(Parcel).moved("wide", to="held.width"))
    extra = {"width": 2}
    sent = {"held": {"width": 1, "text": "a", "extra": extra}, "other": 3}
    assert gates.downgrade(Parcel, sent, to_version=OLD) == {
        "held": {"text": "a", "extra": extra},
        "other": 3,
        "wide": 1,
    }


class Inside(BaseModel):
    kept: int


class Around(BaseModel):
    inside: Inside
    out: int = 0


class Apart(BaseModel):
    out: int = 0


class Holding(BaseModel):
    inside: Apart


def test_a_move_goes_through_an_object_that_stays_to_one_of_the_older_version_alone() -> None:
    gates = gates_of([Around], on(Around).moved("inside.box.width", to="out"))
    old, new = {"inside": {"kept": 1, "box": {"width": 2}}}, {"inside": {"kept": 1}, "out": 2}
    assert gates.upgrade(Around, old, from_version=OLD) == new
    assert gates.downgrade(Around, new, to_version=OLD) == old


def test_a_move_within_an_object_leads_out_of_one_that_only_the_older_version_has() -> None:
    gates = gates_of([Holding], on(Holding).moved("inside.box.width", to="inside.out"))
    old, new = {"inside": {"box": {"width": 2}}}, {"inside": {"out": 2}}
    assert gates.upgrade(Holding, old, from_version=OLD) == new
    assert gates.downgrade(Holding, new, to_version=OLD) == old


class Both(BaseModel):
    out: int = 0
    kept: int


class HoldingBoth(BaseModel):
    inside: Both


def test_such_a_move_keeps_what_stands_beside_it() -> None:
    gates = gates_of([HoldingBoth], on(HoldingBoth).moved("inside.box.width", to="inside.out"))
    old, new = {"inside": {"kept": 1, "box": {"width": 2}}}, {"inside": {"kept": 1, "out": 2}}
    assert gates.upgrade(HoldingBoth, old, from_version=OLD) == new
    assert gates.downgrade(HoldingBoth, new, to_version=OLD) == old


class Size(StrEnum):
    SMALL = "small"


class Only(BaseModel):
    size: Size


class HoldingOnly(BaseModel):
    inside: Only


def test_a_move_within_an_object_that_it_empties_still_converts_what_it_moves() -> None:
    facts = on(HoldingOnly).moved("inside.width", to="inside.size"), enum(Size).renamed("little", to="small")
    gates = gates_of([HoldingOnly], *facts)
    old, new = {"inside": {"width": "little"}}, {"inside": {"size": "small"}}
    assert gates.upgrade(HoldingOnly, old, from_version=OLD) == new
    assert gates.downgrade(HoldingOnly, new, to_version=OLD) == old


class Boxing(BaseModel):
    box: Box
    taken: int


def test_an_object_that_one_move_empties_and_another_fills_is_one_object() -> None:
    gates = gates_of([Boxing], on(Boxing).moved("box.width", to="taken"), on(Boxing).moved("given", to="box.width"))
    old, new = {"box": {"width": 1}, "given": 2}, {"taken": 1, "box": {"width": 2}}
    assert gates.upgrade(Boxing, old, from_version=OLD) == new
    assert gates.downgrade(Boxing, new, to_version=OLD) == old
