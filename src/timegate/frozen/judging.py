"""Which differences a promise allows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from timegate.frozen.difference import Difference, Kind, Severity
from timegate.frozen.finding import Level
from timegate.promises import Promise, Promises

MAY_APPEAR: Final = frozenset({Kind.KEY_ADDED, Kind.REQUIRED_KEY_ADDED, Kind.OPERATION_ADDED})
"""What ``additive`` lets appear undeclared, where it is additive for old clients."""


def allows(promise: Promise, difference: Difference, *, is_open: bool) -> bool:
    """Whether a promise allows a difference.

    Args:
        promise: what the frozen contract holds its server to.
        difference: between the frozen contract and today's.
        is_open: whether it is about an enum that clients are told to expect more members of.
    """
    if difference.severity is Severity.TEXT:
        return True
    if promise != "additive":
        return False
    if difference.kind is Kind.GREW:
        return is_open
    return difference.kind in MAY_APPEAR and difference.severity is Severity.ADDITIVE


def level_of(difference: Difference, promises: Promises, *, open_enums: Collection[str]) -> Level:
    """How much a difference matters: an error where one operation that it reaches promises that it is not there.

    Args:
        difference: between the frozen contract and today's.
        promises: of the timeline.
        open_enums: the names of the components of open enums.
    """
    is_open = difference.component in open_enums and not difference.path
    kept: set[Promise] = {promises.of(operation) for operation in difference.reaches} or {promises.default}
    return Level.NOTE if all(allows(one, difference, is_open=is_open) for one in kept) else Level.ERROR
