"""Somebody vouches that no client reads the own fields of a subclass which may leave in place of the declared class."""

from typing import Any

import pytest
from pydantic import (
    BaseModel,
    SerializeAsAny,
)

from tests.sentences import shows
from tests.silence.exchanges import OLD, exchange, faults_of, gated, served, timeline_of
from timegate import Contract, on

WHY = "no client reads more than the declared class"


class Inner(BaseModel):
    x: int = 1
    note: str | None = None


RENAMED = on(Inner).renamed("y", to="x")


class Kind(BaseModel):
    n: int = 0


class Special(Kind):
    size: str = "s"
    inner: Inner = Inner()


class Box(BaseModel):
    one: SerializeAsAny[Kind] = Kind()
    many: list[SerializeAsAny[Kind]] = []


ANY_KIND: Any = SerializeAsAny[Kind]


@shows(
    "It holds for fields by `SerializeAsAny` too, and then says that no client relies on more than the "
    "schema shows there: what the declared class has is converted, also in an object of a subclass, and the "
    "subclass's own fields leave as they are.",
)
@pytest.mark.parametrize("fact", [RENAMED, on(Special).renamed("length", to="size"), on(Kind).renamed("count", to="n")])
def test_where_any_subclass_may_leave_somebody_vouches_that_no_client_reads_its_own_fields(fact: Any) -> None:
    contract = Contract.of(served(Box, Box()))
    faults = faults_of(contract, fact)
    remedy = ", or on(Box).vouched('why it keeps the documented shape')"
    assert {fault.place for fault in faults if fault.remedy.endswith(remedy)} == {"Box.one", "Box.many"}
    assert faults_of(contract, fact, on(Box).vouched(WHY)) == ()
    sub = {"n": 1, "size": "s", "inner": {"x": 1, "note": None}}
    app = gated(served(Box, Box(one=Special(n=1), many=[Special(n=1)])), fact, on(Box).vouched(WHY))
    told = exchange(app, "GET", "/").json()
    if fact.models == (Kind,):
        sub = {"count" if key == "n" else key: value for key, value in sub.items()}
    assert told == {"one": sub, "many": [sub]}


def test_a_place_of_any_subclass_at_one_response_is_vouched_for_by_the_class_it_declares() -> None:
    for kind, content in ((ANY_KIND, Special()), (list[ANY_KIND], [Special()])):
        (fault,) = faults_of(Contract.of(served(kind, content)), RENAMED)
        assert fault.remedy.endswith(", or on(Kind).vouched('why it keeps the documented shape')")
        assert faults_of(Contract.of(served(kind, content)), RENAMED, on(Kind).vouched(WHY)) == ()


def test_what_somebody_vouches_for_stays_listed() -> None:
    contract = Contract.of_types(sends=[Box])
    gates = timeline_of(on(Kind).renamed("count", to="n"), on(Box).vouched(WHY)).compile(contract)
    assert contract.opaque == ("Box in the sent: one", "Box in the sent: many")
    assert gates.downgrade(Box, {"one": {"n": 1}, "many": []}, to_version=OLD) == {"one": {"count": 1}, "many": []}
