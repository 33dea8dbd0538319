"""What counts work sees loops of every kind, and calls what is quadratic by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.growth.counting import ALLOWED, Steps, exponent, peak_of
from tests.growth.exchanges import Told


def a_loop(size: int) -> None:
    for _ in range(size):
        pass


def a_comprehension(size: int) -> None:
    [item + 1 for item in range(size)]


def generated_source(size: int) -> None:
    exec(f"for _ in range({size}): pass")


def two_loops(size: int) -> None:
    for _ in range(size):
        a_loop(size)


def a_loop_over_a_growing_list(size: int) -> None:
    found: list[int] = []
    for item in range(size):
        found = [other for other in found if other != item] + [item]


def a_loop_in_a_comprehension(size: int) -> None:
    [other for item in range(size) for other in range(item)]


@pytest.mark.parametrize("work", [a_loop, a_comprehension, generated_source])
def test_what_is_linear_is_found_linear(work: Callable[[int], None]) -> None:
    assert exponent({size: Steps().of(partial(work, size)) for size in (100, 200, 400)}) < ALLOWED


@pytest.mark.parametrize("work", [two_loops, a_loop_over_a_growing_list, a_loop_in_a_comprehension])
def test_what_is_quadratic_is_found_quadratic(work: Callable[[int], None]) -> None:
    assert exponent({size: Steps().of(partial(work, size)) for size in (100, 200, 400)}) > 1.7


def test_counting_twice_gives_the_same_number() -> None:
    steps = Steps()
    steps.of(lambda: a_loop(100))
    assert steps.of(lambda: a_loop(100)) == steps.of(lambda: a_loop(100))


def test_work_inside_c_counts_where_it_says_so() -> None:
    steps = Steps()

    def decoding_each_time(size: int) -> None:
        for _ in range(size):
            steps.add(size)

    assert exponent({size: steps.of(partial(decoding_each_time, size)) for size in (100, 200, 400)}) > 1.7


def test_the_rest_that_is_copied_for_each_part_counts() -> None:
    steps = Steps()

    def reading(size: int) -> None:
        rest = Told.of(b"a" * size, steps.add)
        while rest:
            rest = rest[1:]

    assert exponent({size: steps.of(partial(reading, size)) for size in (100, 200, 400)}) > 1.7


def test_work_without_an_end_is_not_waited_for() -> None:
    def endless() -> None:
        while True:
            try:
                a_loop(1000)
            except Exception:
                continue

    assert exponent({1: Steps().of(lambda: a_loop(10)), 2: Steps().of(endless)}) > 10


def test_memory_is_what_was_held_at_once() -> None:
    def squares(size: int) -> None:
        held = [[0] * size for _ in range(size)]
        held.clear()

    assert exponent({size: peak_of(partial(squares, size)) for size in (200, 400, 800)}) > 1.7
