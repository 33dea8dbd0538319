"""A line of JSON is upgraded or rejected with its place, in this process or in another."""

from __future__ import annotations

import json
import pickle

import pytest

from tests.bulk.parcels import NEW, OLD, Address, Parcel, gates, stored, upgraded
from timegate import DeclarationError, UnsupportedVersion
from timegate.bulk import LineUpgrade, Rejected

UPGRADE = LineUpgrade(gates(), Parcel, from_version=OLD)
OTHER_TYPE = "the value has another JSON type than its schema"


def test_each_line_is_upgraded_in_order() -> None:
    lines = [json.dumps(stored(number)).encode() for number in range(3)]

    assert [json.loads(line) for line in UPGRADE(lines) if isinstance(line, bytes)] == [upgraded(n) for n in range(3)]


def test_a_line_may_be_text_and_a_type_may_be_named() -> None:
    by_name = LineUpgrade(gates(), "Parcel", from_version=OLD)

    assert by_name([json.dumps(stored(7))]) == UPGRADE([json.dumps(stored(7)).encode()])


@pytest.mark.parametrize(
    ("line", "rejected"),
    [
        (
            {**stored(1), "grams": "much"},
            Rejected(problem="the value cannot be converted", pointer="/grams", change="Weights", version=NEW),
        ),
        ({**stored(1), "address": 5}, Rejected(problem=OTHER_TYPE, pointer="/address")),
        (7, Rejected(problem=OTHER_TYPE)),
    ],
    ids=["a change that cannot", "another shape below", "another shape"],
)
def test_a_line_that_does_not_pass_is_told_with_its_place(line: object, rejected: Rejected) -> None:
    assert UPGRADE([json.dumps(line)]) == [rejected]


def test_a_line_that_is_no_json_is_told_without_its_content() -> None:
    (rejected,) = UPGRADE([b'{"number": secret}'])

    assert isinstance(rejected, Rejected)
    assert rejected.problem.startswith("it is not JSON: ")
    assert "secret" not in rejected.problem


def test_a_report_names_the_line_and_leaves_out_what_is_empty() -> None:
    assert Rejected(problem="no").at(3) == b'{"line":3,"problem":"no"}'


def test_big_numbers_survive() -> None:
    (line,) = UPGRADE([json.dumps({**stored(1), "grams": str(2**70)})])

    assert isinstance(line, bytes)
    assert json.loads(line)["grams"] == 2**70


def test_it_is_pickled_whole_and_compiled_once_a_process() -> None:
    text = pickle.dumps(UPGRADE)
    first, second = pickle.loads(text), pickle.loads(text)

    assert first([json.dumps(stored(1))]) == UPGRADE([json.dumps(stored(1))])
    assert first.gates is second.gates


def test_a_type_or_a_version_that_is_not_known_is_refused_at_once() -> None:
    with pytest.raises(DeclarationError, match="Address2"):
        LineUpgrade(gates(), "Address2", from_version=OLD)
    with pytest.raises(UnsupportedVersion):
        LineUpgrade(gates(), Address, from_version="2020-01-01")
