"""Collects lines of source with their indentation."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class Writer:
    """Lines of source with their indentation.

    Args:
        is_asking: whether only a callable discriminator sees the result: what fails is left as it is, what follows is
            done all the same, and nothing that was sent is changed in place.
    """

    def __init__(self, *, is_asking: bool = False) -> None:
        self.is_asking = is_asking
        self.lines: list[str] = []
        self.depth = 0

    def add(self, line: str) -> None:
        """Add a line at the current depth."""
        self.lines.append("    " * self.depth + line)

    def add_copy(self, var: str, copy: str) -> None:
        """Add that a variable gets a copy of its value, which is then changed in place, where that was sent."""
        if self.is_asking:
            self.add(f"{var} = {copy}({var})")

    @contextmanager
    def block(self, line: str) -> Generator[None]:
        """An indented block; an empty one gets ``pass``."""
        self.add(line)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1

    @contextmanager
    def container(self, var: str, kind: str) -> Generator[None]:
        """A block for a variable whose value is a list or a dict, which is then changed in place."""
        with self.block(f"if type({var}) is {kind}:"):
            self.add_copy(var, kind)
            yield

    @contextmanager
    def errors_at(self, key: str) -> Generator[None]:
        """A block whose errors lie below a key; ``key`` is an expression."""
        with self.block("try:"):
            yield
        with self.block("except GateError as e:"):
            self.add(f"e.at({key})")
            self.add("raise")

    @contextmanager
    def collecting(self, failures: str, key: str, *after: str, unread: str | None = None) -> Generator[None]:
        """A block whose errors are collected in a variable, below a key; ``key`` is an expression.

        Args:
            failures: the variable, None where nothing has failed so far.
            key: where the failures are.
            after: lines that follow a failure.
            unread: a variable that lists instead the keys of what the old server would not have read; None for none.
        """
        with self.block("try:"):
            yield
        if self.is_asking:
            self.add("except GateError: pass")
            return
        with self.block("except GateError as e:"):
            if unread is not None:
                self.add(f"if is_unread(e): {unread}.append({key}); continue")
            self.add(f"{failures} = collect({failures}, e, {key})")
            for line in after:
                self.add(line)

    def raise_collected(self, failures: str) -> None:
        """Raise what was collected, if anything was."""
        if self.is_asking:
            return
        with self.block(f"if {failures} is not None:"):
            self.add(f"raise {failures}.error()")
