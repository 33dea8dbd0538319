"""A list of which old clients read the first item: an item that their type does not admit is told at the start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_requests, gates_of_responses, refusal
from timegate import Contract, on


class Numbers(BaseModel):
    several: list[int | None] = []


class Texts(BaseModel):
    several: list[str] = []


class Deep(BaseModel):
    several: list[list[int | None]] = []


@shows("`became_list(was=T)` needs a `T` that admits every item,")
@pytest.mark.parametrize(
    ("model", "field", "was"),
    [(Numbers, "several", int), (Texts, "several", int), (Deep, "several.*", int)],
)
def test_items_that_the_old_type_does_not_admit_are_a_fault(model: Any, field: str, was: Any) -> None:
    told = refusal(Contract.of_types(sends=[model]), lambda: on(model).became_list(field, was=was, empty=1))
    assert f"{model.__name__}.{field}: head sends items in this list that the old type does not admit" in told


def test_items_that_the_old_type_admits_are_sent() -> None:
    gates = gates_of_responses([Numbers], on(Numbers).became_list("several", was=int | None, empty=1))
    assert gates.downgrade(Numbers, {"several": [None, 1]}, to_version=OLD) == {"several": None}
    assert gates.downgrade(Numbers, {"several": []}, to_version=OLD) == {"several": 1}


def test_in_requests_head_judges_what_is_wrapped() -> None:
    gates = gates_of_requests([Numbers], on(Numbers).became_list("several", was=int))
    assert gates.upgrade(Numbers, {"several": 1}, from_version=OLD) == {"several": [1]}
