"""A value that a move takes out of an object is read as the facts say that are told of it after the move."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, create_model

from tests.silence.exchanges import change_of
from timegate import Contract, Timeline, UpgradeError, Version, enum, on
from timegate.changes.base import Fact


class Color(Enum):
    RED = "red"
    PINK = "pink"


def read(kind: Any, value: Any, *facts: Callable[[Any], Any]) -> dict[str, Any]:
    """What head gets of the value that an old client sends in an object, which a move has taken out of it."""
    model = create_model("Thing", __base__=BaseModel, color=(kind, ...))
    changed: tuple[Fact, ...] = tuple(fact(on(model)) for fact in facts)
    moved = on(model).moved("look.value", to="shade"), on(model).renamed("shade", to="color")
    timeline = Timeline(Version("2025-06-01", change_of(*moved, *changed)), Version("2025-01-01"))
    gates = timeline.compile(Contract.of_types(model))
    received: dict[str, Any] = gates.upgrade(model, {"look": {"value": value}}, from_version="2025-01-01")
    return received


CASES: list[tuple[Any, Callable[[Any], Any], Any, Any]] = [
    (Literal["red", "pink"], lambda m: m.literal("color").renamed(7, to="pink"), 7, "pink"),
    (Literal["red", "pink"], lambda m: m.literal("color").renamed("blue", to="pink"), "blue", "pink"),
    (Literal["red", 5], lambda m: m.literal("color").shrank("blue", read_as=5, loses="none"), "blue", 5),
    (str, lambda m: m.mapped("color", {7: "red", 8: "pink"}, seen_as=8), 8, "pink"),
    (str, lambda m: m.retyped("color", was=int, to_head=str, to_old=int), 7, "7"),
    (list[int], lambda m: m.became_list("color", was=int, empty=1), 7, [7]),
    (str, lambda m: m.became_non_null("color", null_is="red"), None, "red"),
    (Color, lambda m: enum(Color).renamed("blue", to="pink"), "blue", "pink"),
]


@pytest.mark.parametrize(("kind", "fact", "sent", "received"), CASES)
def test_a_value_is_read_by_the_type_that_it_had_in_the_object(kind: Any, fact: Any, sent: Any, received: Any) -> None:
    assert read(kind, sent, fact) == {"color": received}


def test_what_the_type_in_the_object_did_not_admit_is_refused() -> None:
    with pytest.raises(UpgradeError, match="/look/value"):
        read(Literal["red", "pink"], "pink", lambda m: m.literal("color").renamed(7, to="pink"))
