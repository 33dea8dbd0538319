"""The items of a set have no order: each reaches head once, though some of them were written leniently."""

from enum import Enum
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter

from tests.silence.exchanges import exchange, gated
from tests.silence.old_client import OLD, gates_of
from timegate import enum, on


class Draw(BaseModel):
    numbers: set[int] | None = None
    days: frozenset[float] | None = None
    pairs: set[tuple[int, ...]] | None = None


GATES = gates_of([Draw], *(on(Draw).became_nullable(field, null_was=[]) for field in ("numbers", "days", "pairs")))


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        ("numbers", [3, "1"], {1, 3}),
        ("numbers", ["1", 3, 3.0, True], {1, 3}),
        ("numbers", [3, 1], {1, 3}),
        ("days", ["2.5", 7, 1.5], {1.5, 2.5, 7.0}),
        ("pairs", [[2, "3"], [1, 2]], {(1, 2), (2, 3)}),
    ],
)
def test_each_item_that_was_read_reaches_head(field: str, sent: list[Any], read: set[Any]) -> None:
    upgraded = GATES.upgrade(Draw, {field: sent}, from_version=OLD)
    assert getattr(TypeAdapter(Draw).validate_python(upgraded), field) == read


def test_what_needs_no_reading_stays_as_it_was_sent() -> None:
    assert GATES.upgrade(Draw, {"numbers": [3, 1, 2]}, from_version=OLD) == {"numbers": [3, 1, 2]}


class Tone(Enum):
    BLUE = "blue"
    RED = "red"


class Palette(BaseModel):
    tones: set[Tone]


SHRUNK = enum(Tone).shrank("black", read_as="blue", loses="nobody sees the difference")


def test_members_that_become_one_reach_head_once() -> None:
    gates = gates_of([Palette], SHRUNK)
    assert gates.upgrade(Palette, {"tones": ["black", "red", "blue"]}, from_version=OLD) == {"tones": ["blue", "red"]}


def test_what_is_no_set_is_told_as_the_old_server_told_it() -> None:
    app = FastAPI()

    @app.post("/palettes")
    def post(body: Palette) -> int:
        return len(body.tones)

    entries = exchange(gated(app, SHRUNK), "POST", "/palettes", body={"tones": 5}).json()["detail"]
    assert [(one["type"], one["loc"], one["msg"]) for one in entries] == [
        ("set_type", ["body", "tones"], "Input should be a valid set")
    ]
