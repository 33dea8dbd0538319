"""A function of a version file gets what the old server read: also of a dict that stands beside a class."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_requests, refusal
from timegate import Contract, UpgradeError, on


class Counted(BaseModel):
    count: int


class Shelf(BaseModel):
    label: str = ""


class Holding(BaseModel):
    held: Counted | dict[str, int]


class Several(BaseModel):
    held: Holding


def to_label(value: Any) -> str:
    return "label" if value else ""


def retyped(was: Any) -> Any:
    return on(Shelf).retyped("label", was=was, to_head=to_label, loses="all")


def merged(was: Any) -> Any:
    def together(_: Any, text: str) -> str:
        return text

    return on(Shelf).merged(
        ("a", "b"), into="label", was=(was, str), together=together, apart=lambda label: ({}, label), loses="a"
    )


@shows(
    "a dict of a type in a union with a class (`Item | dict[str, int]`), where a function of a change gets the value;"
)
@pytest.mark.parametrize("fact", [retyped, merged])
@pytest.mark.parametrize(
    "was",
    [Counted | dict[str, int], dict[str, int] | Counted | None, list[Counted | dict[str, str]]],
    ids=["in a union", "nullable", "in a list"],
)
def test_a_dict_that_nobody_reads_is_refused_at_the_start(fact: Any, was: Any) -> None:
    said = refusal(Contract.of_types(receives=[Shelf]), lambda: fact(was))
    assert f"Shelf.{'label' if fact is retyped else 'a'}: a dict may stand for an object of a class here" in said
    assert "declare it as dict[str, Any] beside the class, and let the function read the values" in said


@pytest.mark.parametrize("fact", [retyped, merged])
@pytest.mark.parametrize(
    "was",
    [Counted | dict[str, Any], Counted | dict[str, Counted], list[Counted] | dict[str, int], dict[str, int]],
    ids=["of anything", "of a class", "beside a list", "alone"],
)
def test_any_other_dict_is_no_fault(fact: Any, was: Any) -> None:
    gates = gates_of_requests([Shelf], fact(was))
    assert "label" not in gates.upgrade(Shelf, {}, from_version=OLD)
    assert gates.contract(OLD)["components"]["schemas"]["Shelf"]["properties"].keys() <= {"label", "a", "b"}


def test_what_it_gets_is_read() -> None:
    seen: list[Any] = []

    def to_head(value: Any) -> str:
        seen.append(value)
        return "label"

    was: Any = list[Counted] | dict[str, int]
    gates = gates_of_requests([Shelf], on(Shelf).retyped("label", was=was, to_head=to_head, loses="all"))
    for sent in ([{"count": "1"}], {"z": "1"}):
        assert gates.upgrade(Shelf, {"label": sent}, from_version=OLD) == {"label": "label"}
    assert seen == [[{"count": 1}], {"z": 1}]
    with pytest.raises(UpgradeError):
        gates.upgrade(Shelf, {"label": {"z": "q"}}, from_version=OLD)


@shows(
    "in an object that a function gets, a field of such a union (`Item \\| dict[str, int]`): the dict is not read as "
    "its type | check it in the function",
)
def test_a_field_of_an_object_that_it_gets_is_left_to_it() -> None:
    seen: list[Any] = []

    def to_head(value: Any) -> Any:
        seen.append(value)
        return value[0]

    fact = on(Several).retyped("held", was=list[Holding], to_head=to_head, to_old=lambda one: [one], loses="the others")
    gates = gates_of_requests([Several], fact)
    sent = {"held": {"z": "1"}}
    assert gates.upgrade(Several, {"held": [sent]}, from_version=OLD) == {"held": sent}
    assert seen == [[sent]]
