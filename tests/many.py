"""How many times as many random cases the tests draw: ``TIMEGATE_RANDOM_CASES=5`` draws five times as many."""

import os
from collections import Counter
from typing import Final

import pytest

MANY: Final = int(os.environ.get("TIMEGATE_RANDOM_CASES", "1"))


def print_counts(capsys: pytest.CaptureFixture[str], what: str, counts: Counter[str]) -> None:
    """Print how often each came of it, even where output is captured."""
    with capsys.disabled():
        print(f"\n{what}: {'; '.join(f'{count} {name}' for name, count in sorted(counts.items()))}")
