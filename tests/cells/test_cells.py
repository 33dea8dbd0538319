"""Gates without HTTP convert every fact in every shape of a payload, in requests and in responses."""

import copy
from typing import Any

import pytest

from tests.cells.facts import FACTS, HEAD, OLD, gates_of
from tests.cells.models import Bare
from tests.cells.shapes import SHAPES
from timegate import CompileError

CELLS = [
    pytest.param(name, fact, id=f"{fact}: {name}")
    for fact, case in FACTS.items()
    for name in SHAPES
    if name not in case.without
]


@pytest.mark.parametrize(("name", "fact"), CELLS)
def test_a_request_is_upgraded_to_the_shape_of_head(name: str, fact: str) -> None:
    shape, case = SHAPES[name], FACTS[fact]
    gates, sent = gates_of(name, fact), shape.in_request(case.old_request)
    before = copy.deepcopy(sent)
    assert gates.upgrade(shape.type, sent, from_version=OLD) == shape.in_request(case.head_request)
    assert sent == before


@pytest.mark.parametrize(("name", "fact"), CELLS)
def test_a_response_is_downgraded_to_the_shape_of_the_old_client(name: str, fact: str) -> None:
    shape, case = SHAPES[name], FACTS[fact]
    gates, response = gates_of(name, fact), shape.in_response(case.head_response)
    before = copy.deepcopy(response)
    assert gates.downgrade(shape.type, response, to_version=OLD) == shape.in_response(case.old_response)
    assert response == before


OTHERS = [
    pytest.param(name, fact, other, id=f"{fact}: {name}: {other}")
    for fact, case in FACTS.items()
    for name, shape in SHAPES.items()
    for other in shape.others
    if name not in case.without
]


@pytest.mark.parametrize(("name", "fact", "other"), OTHERS)
def test_a_payload_without_a_touched_object_is_unchanged(name: str, fact: str, other: Any) -> None:
    shape, gates = SHAPES[name], gates_of(name, fact)
    assert gates.upgrade(shape.type, other, from_version=OLD) == other
    assert gates.downgrade(shape.type, other, to_version=OLD) == other


@pytest.mark.parametrize(
    ("name", "fact"), [(name, fact) for fact in ("was named", "model documented") for name in FACTS[fact].without]
)
def test_a_fact_that_cannot_be_said_in_a_shape_is_refused(name: str, fact: str) -> None:
    with pytest.raises(CompileError):
        gates_of(name, fact)


def test_a_renamed_key_keeps_its_position_among_the_keys() -> None:
    gates = gates_of("a list", "renamed")
    sent = [{"net_weight": 2, "title": "a", "item_count": 5}]
    upgraded = gates.upgrade(list[Bare], sent, from_version=OLD)
    assert list(upgraded[0]) == ["net_weight", "parcel_label", "item_count"]
    downgraded = gates.downgrade(list[Bare], [HEAD], to_version=OLD)
    assert list(downgraded[0]) == ["title", *list(HEAD)[1:]]
