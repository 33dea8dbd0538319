"""Arms of a response that no schema tells apart: the fault says who may vouch that each value says which arm it is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import OLD, faults_of, timeline_of
from timegate import Contract, DowngradeError, on

WHY = "each has keys of its own"


class Message(BaseModel):
    kind: str | None = None
    text: str = ""


class Open(BaseModel):
    items: list[Message | dict[str, Any]]


class Anything(BaseModel):
    item: Message | Any


class Cron(BaseModel):
    cron: str


class Event(BaseModel):
    event: str
    cron: int = 0


class Scheduled(BaseModel):
    body: Cron | None = None


class Triggered(BaseModel):
    body: Event | None = None


class Trigger(BaseModel):
    trigger: Scheduled | Triggered


TEXTS, BODIES = on(Message).renamed("content", to="text"), on(Scheduled).renamed("content", to="body")
MESSAGE, OLD_MESSAGE = {"kind": "message", "text": "a"}, {"kind": "message", "content": "a"}

HELD: dict[str, tuple[Any, Any, list[tuple[Any, Any]]]] = {
    "beside any object": (Open, TEXTS, [
        ({"items": [MESSAGE, {"n": 1}]}, {"items": [OLD_MESSAGE, {"n": 1}]}),
    ]),
    "beside anything": (Anything, TEXTS, [
        ({"item": MESSAGE}, {"item": OLD_MESSAGE}), ({"item": [1]}, {"item": [1]}), ({"item": None}, {"item": None}),
        ({"item": {"n": 1}}, {"item": {"n": 1}}),
    ]),
    "apart below": (Trigger, BODIES, [
        ({"trigger": {"body": {"cron": "a"}}}, {"trigger": {"content": {"cron": "a"}}}),
        ({"trigger": {"body": {"event": "b", "cron": 1}}}, {"trigger": {"body": {"event": "b", "cron": 1}}}),
    ]),
}  # fmt: skip


@shows(
    "And it holds for unions in its fields whose arms no schema tells apart, such as `Item | dict[str, "
    "Any]` where every key of `Item` may be absent: a value is then of the arm that reads it and knows most "
    "of its keys.",
)
@pytest.mark.parametrize("name", HELD)
def test_the_model_that_holds_the_union_vouches_for_it(name: str) -> None:
    holder, fact, payloads = HELD[name]
    contract = Contract.of_types(sends=[holder])
    faults = faults_of(contract, fact)
    remedy = f", or on({holder.__name__}).vouched('why each value says which arm it is')"
    assert {fault.remedy.endswith(remedy) for fault in faults} == {True}
    gates = timeline_of(fact, on(holder).vouched(WHY)).compile(contract)
    for head, old in payloads:
        assert gates.downgrade(holder, head, to_version=OLD) == old


def test_a_union_at_a_payload_is_vouched_for_by_the_arm_that_changes() -> None:
    union: Any = Scheduled | Triggered
    contract = Contract.of_types(sends=[union])
    (fault,) = faults_of(contract, BODIES)
    assert fault.remedy.endswith(", or on(Scheduled).vouched('why each value says which arm it is')")
    gates = timeline_of(BODIES, on(Scheduled).vouched(WHY)).compile(contract)
    assert gates.downgrade(union, {"body": {"cron": "a"}}, to_version=OLD) == {"content": {"cron": "a"}}
    assert gates.downgrade(union, {"body": {"event": "b"}}, to_version=OLD) == {"body": {"event": "b"}}


@shows("One that does not say which arm it is, and that the arms convert differently, is a 500.")
def test_a_value_that_does_not_say_which_arm_it_is_is_an_error_of_the_server() -> None:
    gates = timeline_of(BODIES, on(Trigger).vouched(WHY)).compile(Contract.of_types(sends=[Trigger]))
    with pytest.raises(DowngradeError, match="several arms of the union fit"):
        gates.downgrade(Trigger, {"trigger": {"body": None}}, to_version=OLD)


class Listed(BaseModel):
    triggers: list[Scheduled] | list[Triggered]


def test_a_union_of_lists_is_vouched_for_by_what_holds_it() -> None:
    contract = Contract.of_types(sends=[Listed])
    (fault,) = faults_of(contract, BODIES)
    assert fault.remedy.endswith(", or on(Listed).vouched('why each value says which arm it is')")
    gates = timeline_of(BODIES, on(Listed).vouched(WHY)).compile(contract)
    older = gates.downgrade(Listed, {"triggers": [{"body": {"cron": "a"}}]}, to_version=OLD)
    assert older == {"triggers": [{"content": {"cron": "a"}}]}


def test_who_holds_a_union_and_an_arm_of_it_may_both_vouch() -> None:
    contract = Contract.of_types(sends=[Trigger, Scheduled | Triggered])
    gates = timeline_of(BODIES, on(Trigger).vouched(WHY), on(Scheduled).vouched(WHY)).compile(contract)
    assert gates.downgrade(Trigger, {"trigger": {"body": {"cron": "a"}}}, to_version=OLD) == {
        "trigger": {"content": {"cron": "a"}}
    }


def test_a_request_is_never_vouched_for() -> None:
    faults = faults_of(Contract.of_types(receives=[Open]), TEXTS)
    assert [fault for fault in faults if "vouched" in fault.remedy] == []
