"""The pages that say what happens with a request, statement by statement: each test says which of them it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])


def shows(*statements: str) -> Callable[[Test], Test]:
    """Say which statements of the pages a test shows to be true, each whole or some words of it in their order.

    ``test_sentences.py`` reads them from the source. It fails where a word of a page is shown by no test, and where a
    test shows what no page says (any more).
    """
    return lambda test: test
