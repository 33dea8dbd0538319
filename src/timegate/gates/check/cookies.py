"""Finds facts about the types of cookies: gates do not convert cookies, so their types may not change."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from timegate.changes.base import Fact, ModelFact
from timegate.changes.members import EnumFact
from timegate.changes.models import WasNamed
from timegate.errors import Fault
from timegate.reading.head import Head
from timegate.timeline import Timeline


def cookie_faults(timeline: Timeline, head: Head) -> Iterator[Fault]:
    """The facts about types of cookies; they would hold everywhere but there.

    Args:
        timeline: the versions and their changes.
        head: what was read from the app.
    """
    facts = [(version, change, fact) for version in timeline for change in version.changes for fact in change.changes]
    for version, change, fact in facts:
        for place, kind in head.cookies:
            if any(inspect.isclass(subject) and issubclass(kind, subject) for subject in _subjects(fact)):
                yield Fault(
                    version.value,
                    change.__name__,
                    place,
                    f"gates do not convert cookies, and {kind.__qualname__} in them changes",
                    "declare a type of its own for the cookies, which does not change",
                )


def _subjects(fact: Fact) -> tuple[Any, ...]:
    if isinstance(fact, EnumFact):
        return (fact.enum,)
    return fact.models if isinstance(fact, ModelFact) and not isinstance(fact, WasNamed) else ()
