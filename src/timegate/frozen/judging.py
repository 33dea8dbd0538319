"""Which differences a promise allows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from timegate.changes.members import Grew, LiteralGrew
from timegate.frozen.difference import Difference, Kind, Severity
from timegate.frozen.finding import Level
from timegate.promises import Promise, Promises
from timegate.timeline import Timeline
from timegate.wire.wire import Component

MAY_APPEAR: Final = frozenset(
    {Kind.KEY_ADDED, Kind.REQUIRED_KEY_ADDED, Kind.BODY_ADDED, Kind.UNSECURED, Kind.OPERATION_ADDED}
)
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


def is_tolerated(difference: Difference, component: Component | None, timeline: Timeline) -> bool:
    """Whether changes declare that old clients get along with members that have come, and may send them back.

    Args:
        difference: between the frozen contract and today's.
        component: the component that holds it.
        timeline: the versions.
    """
    if difference.kind is not Kind.GREW or difference.sides != ("requests",) or component is None:
        return False
    facts = (fact for version in timeline for change in version.changes for fact in change.changes)
    open_ones: list[Any] = []
    for fact in facts:
        if isinstance(fact, Grew) and not difference.path and fact.tolerated is not None:
            open_ones += fact.members if component.model is fact.enum else ()
        elif isinstance(fact, LiteralGrew) and fact.tolerated is not None:
            is_its = fact.fields == (component.python_name(".".join(difference.path)),)
            open_ones += fact.members if component.model in fact.models and is_its else ()
    return {*difference.come} <= {getattr(member, "value", member) for member in open_ones}


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
