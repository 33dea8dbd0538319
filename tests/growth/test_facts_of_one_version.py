"""Rule: compilation grows linearly in the facts of one version that are about one object or one union."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import pytest

from tests.growth.counting import ALLOWED, Steps, exponent
from tests.growth.crafted_contracts import Crafted
from tests.growth.crafted_facts import LINEAR, QUADRATIC
from tests.growth.test_compilation import IS_FULL, SIZES, started

SIZES_OF_TWO: Final[Sequence[int]] = [13, 26, 52] if IS_FULL else [13, 26]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", LINEAR)
def test_facts_of_one_version_are_linear(name: str) -> None:
    assert exponent(steps_by_size(LINEAR[name], SIZES)) <= ALLOWED


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", QUADRATIC)
def test_facts_and_what_they_are_about_are_at_most_quadratic_at_once(name: str) -> None:
    assert exponent(steps_by_size(QUADRATIC[name], SIZES_OF_TWO)) <= 2 * ALLOWED


def steps_by_size(crafted: Crafted, sizes: Sequence[int]) -> Mapping[int, int]:
    """The steps of compiling a contract, by its size."""
    return {size: Steps().of(partial(started, crafted(size))) for size in sizes}
