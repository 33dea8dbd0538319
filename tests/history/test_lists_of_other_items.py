"""A value becomes a list, or a list a value, only where each side admits what the other has."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, create_model

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from tests.silence.exchanges import OLD, timeline_of
from timegate import Contract, Timeline, Version, on

Holder = type[BaseModel]


class Numbers(BaseModel):
    numbers: list[int]


def holding(kind: Any) -> Holder:
    fields: Any = {"held": (kind, ...)}
    return create_model("Holder", **fields)


def problem(contract: Contract, *facts: Any) -> str:
    (fault,) = faults_of(contract, change_of("Changed", *facts))
    return fault.problem


@pytest.mark.parametrize("kind", [dict[str, int], int, tuple[int, str], dict[str, int] | int], ids=str)
@pytest.mark.parametrize("side", ["sends", "receives"])
def test_only_a_list_can_have_been_one_value(kind: Any, side: str) -> None:
    holder = holding(kind)
    contract: Contract = Contract.of_types(**{side: [holder]})
    assert problem(contract, on(holder).became_list("held", empty=1)) == "the field is no list right after this fact"


@pytest.mark.parametrize("was", [dict[str, int], int], ids=str)
@pytest.mark.parametrize("side", ["sends", "receives"])
def test_only_a_list_can_have_become_one_value(was: Any, side: str) -> None:
    holder = holding(int)
    contract: Contract = Contract.of_types(**{side: [holder]})
    assert problem(contract, on(holder).became_scalar("held", was=was, empty=1, loses="x")) == "the old type is no list"


@shows("The other way must hold as well: the items of the list admit every value that is not null,")
def test_values_that_no_item_of_heads_list_can_be_are_refused_at_the_start() -> None:
    holder = holding(list[int])
    found = problem(Contract.of_types(receives=[holder]), on(holder).became_list("held", was=str, empty="a"))
    assert found == "old clients send values here that the items of head's list do not admit"


def listed(least: int, most: int | None = None) -> Any:
    return Annotated[list[int], Field(min_length=least, max_length=most)]


OF_ONE = "one value becomes a list of one item here, which the list does not admit by its length"
OF_NONE = "null becomes a list without items here, which the list does not admit by its length"


@shows("The list may have one item, and none where null becomes an empty list.")
@pytest.mark.parametrize(
    ("one", "kind", "told"),
    [
        (int, listed(2), OF_ONE),
        (int, listed(2) | None, OF_ONE),
        (int, listed(0, 0), OF_ONE),
        (int | None, listed(1), OF_NONE),
        (int | None, listed(2) | None, OF_ONE),
    ],
    ids=str,
)
def test_a_list_of_another_length_is_not_made_of_one_value(one: Any, kind: Any, told: str) -> None:
    to_list, to_one = holding(kind), holding(one)
    became_list = on(to_list).became_list("held", was=one, empty=0)
    assert problem(Contract.of_types(receives=[to_list]), became_list) == told
    became_scalar = on(to_one).became_scalar("held", was=kind, empty=0, loses="the others")
    assert problem(Contract.of_types(sends=[to_one]), became_scalar) == told


@pytest.mark.parametrize(
    ("one", "kind"), [(int, listed(1)), (int | None, listed(1) | None), (int | None, listed(0, 1))], ids=str
)
def test_a_list_of_one_item_is_made_of_one_value(one: Any, kind: Any) -> None:
    to_list, to_one = holding(kind), holding(one)
    fact = on(to_list).became_list("held", was=one, empty=0)
    gates = timeline_of(fact).compile(Contract.of_types(receives=[to_list]))
    assert gates.upgrade(to_list, {"held": 3}, from_version=OLD) == {"held": [3]}
    fact_back = on(to_one).became_scalar("held", was=kind, empty=0, loses="the others")
    gates = timeline_of(fact_back).compile(Contract.of_types(sends=[to_one]))
    assert gates.downgrade(to_one, {"held": 3}, to_version=OLD) == {"held": [3]}


@pytest.mark.parametrize("items", [int | None, str, str | None], ids=str)
def test_items_that_head_does_not_admit_are_refused_at_the_start(items: Any) -> None:
    holder = holding(int)
    fact = on(holder).became_scalar("held", was=list[items], empty=1, loses="the others")
    found = problem(Contract.of_types(receives=[holder]), fact)
    assert found == "old clients send items here that the other version does not admit"


@pytest.mark.parametrize("was", [list[int], list[int | None]], ids=str)
def test_a_nullable_value_of_another_type_than_the_old_items_is_refused_at_the_start(was: Any) -> None:
    holder = holding(str | None)
    found = problem(Contract.of_types(sends=[holder]), on(holder).became_scalar("held", was=was, loses="the others"))
    assert found == "head sends values here that the other version does not admit"


@shows("and what may come beside a list stays as it is.")
def test_what_may_come_beside_a_list_stays_as_it_is() -> None:
    holder = holding(list[int] | int)
    change = change_of("Changed", on(holder).became_list("held", was=int, empty=0))
    gates = Timeline(Version("2025-06-01", change), Version("2025-01-01")).compile(Contract.of_types(holder))
    assert gates.upgrade(holder, {"held": 1}, from_version="2025-01-01") == {"held": [1]}
    for sent, got in ((3, 3), ([3, 4], 3), ([], 0)):
        assert gates.downgrade(holder, {"held": sent}, to_version="2025-01-01") == {"held": got}
    other = holding(list[int] | str)
    found = problem(Contract.of_types(sends=[other]), on(other).became_list("held", was=int, empty=0))
    assert found == "head sends items in this list that the old type does not admit"


def test_what_may_come_beside_a_list_of_an_old_client_stays_as_it_is() -> None:
    holder = holding(int)
    change = change_of("Changed", on(holder).became_scalar("held", was=list[int] | int, empty=0, loses="the others"))
    gates = Timeline(Version("2025-06-01", change), Version("2025-01-01")).compile(Contract.of_types(holder))
    for sent, got in ((3, 3), ([3, 4], 3), ([], 0)):
        assert gates.upgrade(holder, {"held": sent}, from_version="2025-01-01") == {"held": got}
    assert gates.downgrade(holder, {"held": 1}, to_version="2025-01-01") == {"held": [1]}
    fact = on(holder).became_scalar("held", was=list[int] | str, empty=0, loses="the others")
    found = problem(Contract.of_types(receives=[holder]), fact)
    assert found == "old clients send items here that the other version does not admit"


def test_items_of_every_list_in_a_union_may_come() -> None:
    holder = holding(list[int] | list[str] | None)

    def gates(was: Any) -> Any:
        timeline = Timeline(
            Version("2025-06-01", change_of("Changed", on(holder).became_list("held", was=was))), Version("2025-01-01")
        )
        return timeline.compile(Contract.of_types(holder))

    both = gates(int | str | None)
    assert both.downgrade(holder, {"held": ["a"]}, to_version="2025-01-01") == {"held": "a"}
    assert both.upgrade(holder, {"held": 1}, from_version="2025-01-01") == {"held": [1]}
    found = problem(Contract.of_types(sends=[holder]), on(holder).became_list("held", was=int | None))
    assert found == "head sends items in this list that the old type does not admit"


def test_the_fact_for_a_list_takes_no_function() -> None:
    """The line to write had an argument that there is not."""
    fact = on(Numbers).retyped("numbers", was=int, to_head=lambda value: [value])
    (fault,) = faults_of(Contract.of_types(sends=[Numbers]), change_of("Changed", fact))
    assert fault.remedy.startswith("on(Numbers).became_list('numbers', was=int), or on(Numbers).retyped(")
