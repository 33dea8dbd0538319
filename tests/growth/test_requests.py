"""Rule: time and memory of what is done with a request grow at most linearly with its size.

Python's steps are counted here, and the bytes that codecs are given.
`GROWTH=full` takes the whole range.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pytest

from tests.growth.counting import ALLOWED, Steps, exponent, peak_of
from tests.growth.crafted import ANY, Crafted
from tests.growth.crafted_errors import VALIDATION_ERRORS
from tests.growth.crafted_forms import FORMS
from tests.growth.crafted_nested import DEEP
from tests.growth.crafted_parameters import PARAMETERS
from tests.growth.crafted_requests import BODIES, RESPONSES
from tests.growth.crafted_response_headers import RESPONSE_HEADERS
from tests.growth.crafted_streams import STREAMS
from tests.growth.exchanges import Gated, Request
from timegate import CompileError, Contract

REQUESTS: Final = BODIES | RESPONSES | VALIDATION_ERRORS | PARAMETERS | FORMS | RESPONSE_HEADERS | STREAMS

SIZES: Sequence[int] = [4, 16, 64, 256] if os.environ.get("GROWTH") == "full" else [4, 16, 64]
"""In KiB."""

LEVELS: Sequence[int] = [15, 30, 60, 120]
NESTED = 2 * ALLOWED
"""A body may cost its size times its nesting; here they are the same number."""


def exchanges(crafted: Crafted, steps: Steps, sizes: Sequence[int]) -> Iterator[tuple[Request, Callable[[], None]]]:
    """An exchange of each size, after one that nobody counts."""
    gated = Gated(crafted.app(), crafted.timeline(), coded=steps.add)
    gated.start()
    gated.exchange(crafted.request(sizes[0]))()
    for size in sizes:
        request = crafted.request(size)
        serve = gated.exchange(request)

        def checked(serve: Callable[[], tuple[int, bytes]] = serve, request: Request = request) -> None:
            status, body = serve()
            told = status < 500 if request.told == ANY else status == request.told
            assert told, (status, body[:200])

        yield request, checked


def refused_at_the_start(crafted: Crafted) -> bool:
    """Whether the changes are refused: then there is nothing that could grow."""
    try:
        crafted.timeline().compile(Contract.of(crafted.app()))
    except CompileError:
        return True
    return False


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", REQUESTS)
def test_time_and_memory_are_linear_in_the_size(name: str) -> None:
    crafted = REQUESTS[name]
    if crafted.refusable and refused_at_the_start(crafted):
        return
    steps, taken, held = Steps(), dict[int, int](), dict[int, int]()
    for request, serve in exchanges(crafted, steps, [size * 1024 for size in SIZES]):
        taken[request.size] = steps.of(serve)
        if steps.stopped:
            break
        steps.count = 0
        held[request.size] = peak_of(serve)
    assert exponent(taken) <= ALLOWED, taken
    assert exponent(held) <= ALLOWED, held


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", DEEP)
def test_time_and_memory_are_at_most_quadratic_in_the_nesting(name: str) -> None:
    crafted = DEEP[name]
    if crafted.refusable and refused_at_the_start(crafted):
        return
    steps, taken, held = Steps(), dict[int, int](), dict[int, int]()
    for (_, serve), levels in zip(exchanges(crafted, steps, LEVELS), LEVELS, strict=True):
        taken[levels] = steps.of(serve)
        if steps.stopped:
            break
        steps.count = 0
        held[levels] = peak_of(serve)
    assert exponent(taken) <= NESTED, taken
    assert exponent(held) <= NESTED, held
