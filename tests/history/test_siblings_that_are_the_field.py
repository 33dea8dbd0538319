"""A sibling is another field: one that is the field itself would never give a value."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of, faults_of
from timegate import Contract, Timeline, Version, on, sibling


class Order(BaseModel):
    size: int
    other: int
    note: str | None = None


FACTS: dict[str, Any] = {
    "added": on(Order).added("size", default=sibling("size")),
    "became required": on(Order).became_required("size", default=sibling("size")),
    "became non-null": on(Order).became_non_null("size", null_is=sibling("size")),
}


@pytest.mark.parametrize("name", FACTS)
def test_the_field_itself_is_no_sibling(name: str) -> None:
    (fault,) = faults_of(Contract.of_types(receives=[Order]), change_of("Changed", FACTS[name]))
    assert fault.place == "Order.size"
    assert fault.problem == "sibling('size') is the field itself, which has no value then"


def test_another_field_is_one() -> None:
    change = change_of("Changed", on(Order).added("size", default=sibling("other")))
    gates = Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of_types(receives=[Order]))
    assert gates.upgrade(Order, {"other": 2}, from_version=OLD) == {"other": 2, "size": 2}
