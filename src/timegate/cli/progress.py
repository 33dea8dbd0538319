"""Says on a terminal what takes long."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def working(what: str) -> Generator[None, None, None]:
    """Show what is being done until it is done; only on a terminal, and never in the output itself."""
    with Console(stderr=True).status(f"{what} …"):
        yield
