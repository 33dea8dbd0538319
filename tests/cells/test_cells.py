"""One declared change holds in every shape of a payload, in requests and in responses: the gates alone."""

import copy
from typing import Any

import pytest

from tests.cells.facts import HEAD, OLD, TOLD, gates_of
from tests.cells.models import Bare
from tests.cells.shapes import SHAPES

CELLS = [pytest.param(name, fact, id=f"{fact}: {name}") for fact in TOLD for name in SHAPES]


@pytest.mark.parametrize(("name", "fact"), CELLS)
def test_a_request_reaches_head_in_its_shape(name: str, fact: str) -> None:
    shape, told = SHAPES[name], TOLD[fact]
    gates, sent = gates_of(name, fact), shape.sent(told.sent)
    before = copy.deepcopy(sent)
    assert gates.upgrade(shape.type, sent, from_version=OLD) == shape.sent(told.received)
    assert sent == before


@pytest.mark.parametrize(("name", "fact"), CELLS)
def test_an_answer_reaches_the_old_client_in_its_shape(name: str, fact: str) -> None:
    shape, told = SHAPES[name], TOLD[fact]
    gates, answered = gates_of(name, fact), shape.answer(told.answered)
    before = copy.deepcopy(answered)
    assert gates.downgrade(shape.type, answered, to_version=OLD) == shape.answer(told.read)
    assert answered == before


OTHERS = [
    pytest.param(name, fact, other, id=f"{fact}: {name}: {other}")
    for fact in TOLD
    for name, shape in SHAPES.items()
    for other in shape.others
]


@pytest.mark.parametrize(("name", "fact", "other"), OTHERS)
def test_a_payload_without_such_an_object_stays_as_it_is(name: str, fact: str, other: Any) -> None:
    shape, gates = SHAPES[name], gates_of(name, fact)
    assert gates.upgrade(shape.type, other, from_version=OLD) == other
    assert gates.downgrade(shape.type, other, to_version=OLD) == other


def test_a_renamed_key_keeps_its_place_among_the_keys() -> None:
    gates = gates_of("a list", "renamed")
    sent = [{"net_weight": 2, "title": "a", "item_count": 5}]
    upgraded = gates.upgrade(list[Bare], sent, from_version=OLD)
    assert list(upgraded[0]) == ["net_weight", "parcel_label", "item_count"]
    downgraded = gates.downgrade(list[Bare], [HEAD], to_version=OLD)
    assert list(downgraded[0]) == ["title", "net_weight", "item_count", "box_size", "free_note"]
