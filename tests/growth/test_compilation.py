"""Rule: compilation grows linearly in each of versions, models, fields of a model, places.

What is counted are the steps of Python from the contract and the timeline to the programs, their source included, and
to what changes may have forgotten; and of what comes before and after it, reading an app and making documents.
`GROWTH=full` takes the whole range.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import pytest

from tests.growth.counting import ALLOWED, LIMIT, Steps, exponent
from tests.growth.crafted_contracts import CONTRACTS, DIMENSIONS, Compiled
from tests.growth.crafted_operations import OPERATIONS
from tests.growth.crafted_parts import MARKERS, PARTS
from tests.growth.crafted_paths import PATHS
from tests.growth.crafted_tags import TAGS
from tests.growth.crafted_unions import UNIONS
from timegate import Gates
from timegate.typing import Document

IS_FULL: Final = os.environ.get("GROWTH") == "full"
SIZES: Final[Sequence[int]] = [25, 50, 100, 200] if IS_FULL else [20, 40]

CASES: Final = CONTRACTS | OPERATIONS | PARTS | PATHS | TAGS | UNIONS

TWO_GROW: Final[Mapping[str, Sequence[int]]] = {
    # Each version has programs of its own for all arms of the union.
    "versions of arms introduced": [6, 13, 26],
    "versions of arms introduced beside changed": [6, 13, 26],
    "versions of arms changed": [6, 13, 26],
    # Each version has a program of its own for all members of the enum.
    "versions that grew": [13, 26, 52],
    # Each version has a program of its own for all parameters of the operation.
    **{f"versions of parameters: {location}": [13, 26, 52] for location in MARKERS},
    # Each value goes through the functions of all newer versions.
    "versions of values and functions": [13, 26, 52],
    # Each version has a table of its own of all operations.
    "versions of operations moved": [13, 26, 52],
    "versions of operations added": [13, 26, 52],
    "versions of statuses of operations": [13, 26, 52],
    # At each version it is told which of all these models may be forgotten.
    "versions of models of one name": [13, 26, 52],
    # Each fact has the whole path with all parameters in it.
    "path parameters renamed": [13, 26, 52],
    # For each arm it is found out which others head might read instead, and for which that would mean something else.
    "arms without a tag changed otherwise": [13, 26, 52],
}
"""Cases in which two sizes grow at once, with their sizes; for each size, others let it grow alone."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [name for name in CASES if name not in TWO_GROW])
def test_compilation_is_linear(name: str) -> None:
    assert exponent(steps_by_size(name, SIZES)) <= ALLOWED


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", TWO_GROW)
def test_compilation_is_at_most_quadratic_where_two_sizes_grow_at_once(name: str) -> None:
    assert exponent(steps_by_size(name, TWO_GROW[name])) <= 2 * ALLOWED


SHOWN: Final = [
    *(f"{dimension}: renamed field" for dimension in DIMENSIONS if dimension != "versions, each of another model"),
    *("arms changed", "models of one name", "operations moved", "parameters of operations", "statuses of operations"),
]
"""Cases whose apps are read, and whose documents are made, in all the ways that their sizes can grow."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SHOWN)
def test_reading_an_app_is_linear(name: str) -> None:
    assert exponent({size: Steps().of(partial(CASES[name], size)) for size in SIZES}) <= ALLOWED


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SHOWN)
def test_the_documents_of_all_versions_are_linear(name: str) -> None:
    found: dict[int, int] = {}
    for size in SIZES:
        case = CASES[name](size)
        gates = case.timeline.compile(case.contract)
        found[size] = Steps().of(partial(all_documents, gates))
    assert exponent(found) <= ALLOWED


def all_documents(gates: Gates) -> list[Document]:
    """The document of each version."""
    return [gates.contract(version) for version in gates.timeline.values]


def started(case: Compiled) -> object:
    """What is done at the start: everything is compiled, and what changes may have forgotten is looked for."""
    return case.timeline.compile(case.contract).twins


@pytest.mark.timeout(1800)
def test_compilation_is_linear_in_thousands_of_fields_too() -> None:
    assert exponent(steps_by_size("fields: renamed field", [2000, 4000], limit=2 * LIMIT)) <= ALLOWED


def steps_by_size(name: str, sizes: Sequence[int], *, limit: int = LIMIT) -> Mapping[int, int]:
    """The steps of compiling a contract, by its size."""
    found: dict[int, int] = {}
    for size in sizes:
        case, steps = CASES[name](size), Steps(limit=limit)
        found[size] = steps.of(partial(started, case))
        if steps.stopped:
            break
    return found
