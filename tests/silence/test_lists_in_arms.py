"""A list that became a value, in an arm of a union, where an empty list stands for another list."""

from __future__ import annotations

from pydantic import BaseModel

from tests.silence.old_client import OLD, gates_of
from timegate import on


class Several(BaseModel):
    name: str
    numbers: list[int]


class Other(BaseModel):
    title: str


class Holder(BaseModel):
    one: Several | Other


def test_an_arm_is_compared_though_what_stands_for_an_empty_list_is_a_list_itself() -> None:
    scalar = on(Several).became_scalar("numbers", was=list[list[int]], empty=[1], loses="the others")
    gates = gates_of([Holder], on(Several).became_required("numbers", default=[[2]]), scalar)
    for sent, got in (([], [1]), ([[5], [6]], [5])):
        old = {"one": {"name": "n", "numbers": sent}}
        assert gates.upgrade(Holder, old, from_version=OLD) == {"one": {"name": "n", "numbers": got}}
    assert gates.upgrade(Holder, {"one": {"name": "n"}}, from_version=OLD) == {"one": {"name": "n", "numbers": [2]}}
    assert gates.upgrade(Holder, {"one": {"title": "t"}}, from_version=OLD) == {"one": {"title": "t"}}
