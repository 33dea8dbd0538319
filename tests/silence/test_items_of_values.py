"""Each item of a list or dict is judged by the client's contract, as a single value is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.silence.exchanges import Posted
from timegate import on

REFUSED = (422, None)


class Leaf(BaseModel):
    n: int = 0


class Nullable(BaseModel):
    numbers: list[int | None] = []
    deep: dict[str, list[int | None]] = {}
    leaves: list[Leaf | None] = []
    named: dict[str, Leaf | None] = {}
    either: list[int | None] | int = []
    both: list[int | None] | dict[str, int | None] = []


FACTS = (
    on(Nullable).became_nullable("numbers.*", null_was=0),
    on(Nullable).became_nullable("deep.*.*", null_was=0),
    on(Nullable).became_nullable("leaves.*", null_was={"n": 0}),
    on(Nullable).became_nullable("named.*", null_was={"n": 0}),
    on(Nullable).became_nullable("either.*", null_was=0),
    on(Nullable).became_nullable("both.*", null_was=0),
)


class TestNullThatOnlyHeadAdmits:
    posted = Posted(Nullable, *FACTS)

    @pytest.mark.parametrize(
        "sent",
        [
            {"numbers": [1, None]}, {"deep": {"a": [None]}}, {"leaves": [None]}, {"named": {"a": None}},
            {"either": [None]}, {"both": [None]}, {"both": {"a": None}},
        ],
        ids=str,
    )  # fmt: skip
    def test_is_refused_at_any_depth(self, sent: dict[str, Any]) -> None:
        assert self.posted.send(sent) == REFUSED

    @pytest.mark.parametrize(
        "sent",
        [
            {"numbers": [1, "2"]}, {"deep": {"a": ["2"]}}, {"leaves": [{"n": "2"}]}, {"named": {"a": {"n": 2}}},
            {"either": 5}, {"either": [5]}, {"both": {"a": 5}},
        ],
        ids=str,
    )  # fmt: skip
    def test_leaves_other_items_as_the_old_server_read_them(self, sent: dict[str, Any]) -> None:
        assert self.posted.send(sent) == (200, Nullable.model_validate(sent))


class Whole(BaseModel):
    numbers: list[int] = []
    deep: dict[str, list[int]] = {}


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({"numbers": [1, None, "2"]}, (200, Whole(numbers=[1, 7, 2]))),
        ({"deep": {"a": [None]}}, (200, Whole(deep={"a": [7]}))),
        ({"numbers": [None, "x"]}, REFUSED),
        ({"numbers": None}, REFUSED),
    ],
)
def test_null_that_only_the_old_contract_admits_is_read_and_replaced(sent: dict[str, Any], received: object) -> None:
    facts = on(Whole).became_non_null("numbers.*", null_is=7), on(Whole).became_non_null("deep.*.*", null_is=7)
    assert Posted(Whole, *facts).send(sent) == received


class Either(BaseModel):
    numbers: list[int] | int = []


@pytest.mark.parametrize(
    ("sent", "received"),
    [(["1"], (200, Either(numbers=[1]))), (5, (200, Either(numbers=5))), ([1], REFUSED), (["x"], REFUSED)],
)
def test_the_items_of_a_list_beside_another_type_are_read_by_their_old_type(sent: Any, received: object) -> None:
    fact = on(Either).retyped("numbers.*", was=str, to_head=int, to_old=str)
    assert Posted(Either, fact).send({"numbers": sent}) == received


class Job(BaseModel):
    leaves: list[Leaf | None] = []
    named: dict[str, Leaf] = {}


class OldJob(BaseModel):
    leaves: list[Leaf | None] = []
    named: dict[str, Leaf] = {}


def behind_a_function(seen: list[dict[str, Any]]) -> Posted:
    """An app whose whole objects a function gets, which keeps them."""

    def to_head(old: dict[str, Any]) -> dict[str, Any]:
        seen.append(old)
        return old

    return Posted(Job, on(Job).reshaped(was=OldJob, to_head=to_head, to_old=dict))


NO_OBJECTS: list[dict[str, Any]] = [
    {"leaves": [5]}, {"leaves": ["x"]}, {"leaves": [[]]}, {"named": {"a": None}}, {"named": {"a": 5}},
]  # fmt: skip


@pytest.mark.parametrize("sent", NO_OBJECTS)
def test_models_that_did_not_change_are_objects_before_a_function_sees_them(sent: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []
    assert (behind_a_function(seen).send(sent), seen) == (REFUSED, [])


def test_models_that_did_not_change_reach_a_function_as_they_were_sent() -> None:
    seen: list[dict[str, Any]] = []
    sent = {"leaves": [{"n": 1}, None], "named": {"a": {"n": 2}}}
    assert (behind_a_function(seen).send(sent), seen) == ((200, Job.model_validate(sent)), [sent])


class Single(BaseModel):
    number: int | str
    leaf: Leaf | int


ITEMS: list[tuple[list[Any], list[Any], Any, Any]] = [
    (["16"], ["5"], 16, 5), ([True], [{"n": "1"}], 1, Leaf(n=1)), ([16.0], [{}], 16, Leaf()),
]  # fmt: skip


@pytest.mark.parametrize(("numbers", "leaves", "number", "leaf"), ITEMS)
def test_an_item_that_stands_for_its_list_is_read_by_its_old_type(
    numbers: list[Any], leaves: list[Any], number: Any, leaf: Any
) -> None:
    became = on(Single).became_scalar("number", was=list[int], empty=0, loses="one was meant")
    of_models = on(Single).became_scalar("leaf", was=list[Leaf | int], empty=0, loses="one was meant")
    received = Posted(Single, became, of_models).send({"number": numbers, "leaf": leaves})
    assert received == (200, Single(number=number, leaf=leaf))


def test_a_model_that_stands_for_its_list_gets_no_defaults_that_nobody_sent() -> None:
    became = on(Single).became_scalar("leaf", was=list[Leaf], empty={}, loses="one was meant")
    sent: dict[str, Any] = {"number": 1, "leaf": [{}]}
    status, received = Posted(Single, became).send(sent)
    assert (status, received.model_dump(exclude_unset=True)) == (200, {"number": 1, "leaf": {}})
