"""A fact that leaves each value what it is has no effect, and is refused."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from tests.silence.exchanges import NEW, OLD, change_of
from timegate import CompileError, Contract, Timeline, Version, on


class Account(BaseModel):
    kind: Literal["free", "paid"] = "free"
    seats: int = 5
    share: float = 1


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: on(Account).mapped("kind", {"free": "free", "paid": "paid"}), "each value becomes itself"),
        (lambda: on(Account).defaulted("seats", was=5.0), "the default is the same"),
        (lambda: on(Account).defaulted("share", was=1.0), "the default is the same"),
    ],
)
def test_what_becomes_itself_is_a_fault(declare: Any, said: str) -> None:
    with pytest.raises(CompileError, match=said):
        Timeline(Version(NEW, change_of(declare())), Version(OLD)).compile(Contract.of_types(Account))


def test_a_number_is_no_boolean() -> None:
    class Flags(BaseModel):
        level: int | bool = True

    fact = on(Flags).defaulted("level", was=1)
    gates = Timeline(Version(NEW, change_of(fact)), Version(OLD)).compile(Contract.of_types(Flags))
    assert gates.upgrade(Flags, {}, from_version=OLD) == {"level": 1}
    assert type(gates.upgrade(Flags, {}, from_version=OLD)["level"]) is int
