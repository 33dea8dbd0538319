"""A decimal can change in any way that another number can, although a response writes it as a text."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, faults_of, timeline_of
from timegate import Contract, on


class Price(BaseModel):
    amount: Decimal = Decimal("1.5")


class AtLeast(BaseModel):
    amount: Annotated[Decimal, Field(ge=5)] = Decimal("7.5")


FACTS: dict[str, tuple[Any, Any, Any, Any]] = {
    "a lower limit": (
        Price,
        on(Price).constrained("amount", was=Annotated[Decimal, Field(ge=0)], tolerated="none is lower"),
        {"amount": "1.5"},
        {"amount": "1.5"},
    ),
    "no limit": (AtLeast, on(AtLeast).constrained("amount", was=Decimal), {"amount": "7.5"}, {"amount": "7.5"}),
    "a float": (
        Price,
        on(Price).retyped("amount", was=float, to_head=str, to_old=float),
        {"amount": "1.5"},
        {"amount": 1.5},
    ),
    "a new name": (Price, on(Price).renamed("sum", to="amount"), {"amount": "1.5"}, {"sum": "1.5"}),
}


@pytest.mark.parametrize("named", FACTS)
def test_a_decimal_can_change(named: str) -> None:
    kind, fact, head, old = FACTS[named]
    gates = timeline_of(fact).compile(Contract.of_types(kind))
    assert gates.downgrade(kind, head, to_version=OLD) == old
    assert gates.upgrade(kind, old, from_version=OLD) == head


def test_a_default_and_a_backfill_are_written_as_decimals_are() -> None:
    fact = on(Price).removed("tax", was=Decimal, backfill=Decimal("9.50"), loses="unread")
    gates = timeline_of(fact).compile(Contract.of_types(Price))
    assert gates.downgrade(Price, {"amount": "1"}, to_version=OLD) == {"amount": "1", "tax": "9.50"}
    gates = timeline_of(on(Price).defaulted("amount", was=Decimal("2.5"))).compile(Contract.of_types(Price))
    shown = gates.contract(OLD)["components"]["schemas"]
    assert {one["properties"]["amount"]["default"] for one in shown.values()} == {"2.5"}


def test_limits_that_are_the_same_on_both_sides_are_a_fault() -> None:
    (fault,) = faults_of(Contract.of_types(Price), on(Price).constrained("amount", was=Decimal))
    assert fault.problem == "the limits are the same right after this fact"
