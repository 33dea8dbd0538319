"""A `Flag` is a number made of members: no fact is about one of them, and a combination is read as the server does."""

from __future__ import annotations

from enum import Flag, IntFlag
from typing import Any

import pytest
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of, refusal
from timegate import Contract, UpgradeError, enum, on
from timegate.typing import is_array


class Right(Flag):
    read = 1
    write = 2
    share = 4


class Bit(IntFlag):
    one = 1
    two = 2
    four = 4


class File(BaseModel):
    rights: Right = Right.read
    several: list[Right] = []
    by_right: dict[str, Bit | None] = {}


def same(value: Any) -> Any:
    return value


KEPT: dict[str, Any] = {"to_head": same, "to_old": same}


@shows("No fact is about a member of a `Flag`, whose values are all combinations: `retyped` converts the number.")
@pytest.mark.parametrize(
    "fact",
    [
        enum(Right).grew(4, seen_as=1),
        enum(Right).renamed(8, to=4),
        enum(Right).open("old clients mask them").grew(4),
        enum(Right).shrank(8, read_as=1, loses="nobody has it"),
    ],
)
def test_a_fact_about_a_member_is_refused_since_it_could_not_reach_combinations(fact: Any) -> None:
    told = refusal(Contract.of_types(File), lambda: fact)
    assert "Right: its values are all combinations of members" in told
    assert "retyped('field', to_head=…, to_old=…)" in told


@pytest.mark.parametrize("value", [1, 3, 7, 0])
def test_a_combination_goes_both_ways(value: int) -> None:
    gates = gates_of(
        [File],
        on(File).retyped("rights", **KEPT),
        on(File).retyped("several.*", **KEPT),
        on(File).retyped("by_right.*", **KEPT),
    )
    payload = {"rights": value, "several": [value], "by_right": {"k": value}}
    assert gates.upgrade(File, payload, from_version=OLD) == payload
    assert gates.downgrade(File, payload, to_version=OLD) == payload
    File.model_validate(payload)


def test_what_is_no_combination_is_refused() -> None:
    gates = gates_of([File], on(File).retyped("rights", **KEPT))
    for sent in (8, "x", None, 1.5):
        with pytest.raises(UpgradeError):
            gates.upgrade(File, {"rights": sent}, from_version=OLD)


def test_a_function_masks_what_old_clients_do_not_know() -> None:
    gates = gates_of([File], on(File).retyped("rights", to_head=lambda old: old, to_old=lambda new: new & 3))
    assert gates.downgrade(File, {"rights": 7}, to_version=OLD) == {"rights": 3}


def test_a_function_gets_a_number_also_after_a_client_sent_false() -> None:
    class Fresh(Flag):
        one = 1

    class Holder(BaseModel):
        held: Fresh = Fresh.one
        several: list[Fresh] = []

    seen: list[Any] = []

    def noted(value: Any) -> Any:
        seen.append(value)
        return value

    gates = gates_of([Holder], *(on(Holder).retyped(one, to_head=noted, to_old=same) for one in ("held", "several")))
    for sent in (False, 0, True):
        got = gates.upgrade(Holder, {"held": sent, "several": [sent]}, from_version=OLD)
        assert got == {"held": int(sent), "several": [int(sent)]}
    assert {type(one) for one in seen if not is_array(one)} == {int}
