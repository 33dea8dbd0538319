"""The version of the current request, as handlers see it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, NamedTuple


class Selected(NamedTuple):
    """The version of a request, and the changes that it has or does not have.

    Args:
        version: the version of the timeline that was selected for the request.
        lacking: the changes that are newer than that version.
        known: every change of the timeline.
        by: the middleware that selected it; None for none.
        gates: its gates; None for none.
        operation: the operation, by method and path at head, where a fact is about the body that it is sent alone.
        passed: other middleware that the request went through since, which left it to the first.
    """

    version: str
    lacking: frozenset[type]
    known: frozenset[type]
    by: object = None
    gates: object = None
    operation: str | None = None
    passed: tuple[object, ...] = ()


SELECTED: Final[ContextVar[Selected | None]] = ContextVar("timegate.selected", default=None)


def current_version() -> str | None:
    """The version of the current request; None outside a request and where no version was selected."""
    selected = SELECTED.get()
    return None if selected is None else selected.version
