"""A list is no tuple and no deque: beside a list in a union, a server prefers what it need not make of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.silence.old_client import OLD, gates_of_requests, refusal
from timegate import Contract, UpgradeError, on


class Measured(BaseModel):
    size: int = 0


class OldMeasured(BaseModel):
    length: int = 0


class Other(BaseModel):
    length: int = 0
    other: int = 0


class Both(Other):
    both: int = 0


RENAMED = on(Measured).renamed("length", to="size")

UNIONS: dict[str, tuple[Any, Any]] = {
    "a tuple first": (tuple[Measured, ...] | list[Other], tuple[OldMeasured, ...] | list[Other]),
    "a tuple last": (list[Measured] | tuple[Other, ...], list[OldMeasured] | tuple[Other, ...]),
    "another tuple first": (tuple[Other, ...] | list[Measured], tuple[Other, ...] | list[OldMeasured]),
    "a deque first": (deque[Measured] | list[Other], deque[OldMeasured] | list[Other]),
    "a deque last": (list[Measured] | deque[Other], list[OldMeasured] | deque[Other]),
    "a deque beside a tuple": (tuple[Other, ...] | deque[Measured], tuple[Other, ...] | deque[OldMeasured]),
}

SENT: list[Any] = [[], [{}], [{"length": 1}], [{"length": "1"}], [{"other": 1}], [{"length": 1, "other": 1}]]


def read(kind: Any, value: Any) -> Any:
    try:
        read = TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return "refused"
    kinds = [type(item).__name__.removeprefix("Old") for item in read]
    return type(read).__name__, [(kind, list(dict(item).values())) for kind, item in zip(kinds, read, strict=True)]


@pytest.mark.parametrize("union", UNIONS)
@pytest.mark.parametrize("sent", SENT, ids=str)
def test_head_reads_as_the_old_server_read(union: str, sent: Any) -> None:
    new, old = UNIONS[union]
    gates = gates_of_requests([new], RENAMED)
    # Before 2.12 pydantic compares arms without the fields that are set in a deque: what it may misread is refused.
    counts = read(list[Other] | deque[Both], [{"other": 1, "both": 1}])[0] == "deque"
    try:
        found = read(new, gates.upgrade(new, sent, from_version=OLD))
    except UpgradeError:
        assert "deque" in union
        assert not counts
    else:
        assert found == read(old, sent)


def test_a_key_by_which_head_would_prefer_what_it_makes_of_a_list_is_dropped() -> None:
    union: Any = list[Other] | tuple[Measured, ...]
    found = gates_of_requests([union], RENAMED).upgrade(union, [{"size": 1}], from_version=OLD)
    assert (
        read(union, found)
        == read(list[Other] | tuple[OldMeasured, ...], [{"size": 1}])
        == ("list", [("Other", [0, 0])])
    )


def test_a_list_whose_items_are_read_later_beside_another_is_refused_at_the_start() -> None:
    union: Any = Iterable[Measured] | list[Other]
    reason = refusal(Contract.of_types(receives=[union]), lambda: RENAMED)
    assert "by their schemas a value may be of both" in reason
