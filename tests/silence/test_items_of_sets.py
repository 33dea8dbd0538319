"""The items of a set have no order: each reaches head once, though some of them were written leniently."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from tests.silence.old_client import OLD, gates_of
from timegate import on


class Draw(BaseModel):
    numbers: set[int] | None = None
    days: frozenset[float] | None = None
    pairs: set[tuple[int, ...]] | None = None


GATES = gates_of([Draw], *(on(Draw).became_nullable(field, null_was=[]) for field in ("numbers", "days", "pairs")))


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        ("numbers", [3, "1"], {1, 3}),
        ("numbers", ["1", 3, 3.0, True], {1, 3}),
        ("numbers", [3, 1], {1, 3}),
        ("days", ["2.5", 7, 1.5], {1.5, 2.5, 7.0}),
        ("pairs", [[2, "3"], [1, 2]], {(1, 2), (2, 3)}),
    ],
)
def test_each_item_that_was_read_reaches_head(field: str, sent: list[Any], read: set[Any]) -> None:
    upgraded = GATES.upgrade(Draw, {field: sent}, from_version=OLD)
    assert getattr(TypeAdapter(Draw).validate_python(upgraded), field) == read


def test_what_needs_no_reading_stays_as_it_was_sent() -> None:
    assert GATES.upgrade(Draw, {"numbers": [3, 1, 2]}, from_version=OLD) == {"numbers": [3, 1, 2]}
