"""Finds what head would get in a header field or a cookie of a name that none can have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from timegate.changes.base import UNSET
from timegate.errors import Fault
from timegate.history.history import History
from timegate.history.steps import KeyAdded, KeyRenamed, Step, ValueMoved, ValueReplaced
from timegate.typing import Location

# RFC 9110, section 5.6.2, and what the parsers of frameworks take for a cookie's name, which arrives in Latin-1.
_NAMES: Final[Mapping[Location, re.Pattern[str]]] = {
    "header": re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
    "cookie": re.compile(r"(?!\s)[^;=\0\r\n\u0100-\U0010ffff]+(?<!\s)"),
}
_WHAT: Final[Mapping[Location, str]] = {"header": "header field", "cookie": "cookie"}


def name_faults(history: History) -> Iterator[Fault]:
    """A fault for each fact by which head would get something under a name that it can never read."""
    head = history.wires[0]
    holders: Mapping[str, tuple[str, Location]] = {
        one.parameters[where]: (one.key, where) for one in head.operations for where in _NAMES
    }
    for (_, holder, _), steps in history.steps.items():
        if holder not in holders:
            continue
        operation, where = holders[holder]
        for step in steps:
            key = _given_to(step)
            if key in head.requests[holder].properties and not _NAMES[where].fullmatch(key or ""):
                yield Fault(
                    step.origin.version,
                    step.origin.change,
                    f"{operation} {where} {key}",
                    f"no {_WHAT[where]} has such a name, so that head could never read what old clients sent",
                    "give the parameter another alias",
                )


def _given_to(step: Step) -> str | None:
    """The key under which a step gives head something that was not there."""
    match step:
        case KeyRenamed():
            return step.new
        case ValueMoved():
            return step.new[-1]
        case KeyAdded():
            return None if step.default is UNSET else step.key
        case ValueReplaced():
            return None if step.missing_to_head is UNSET else step.key
        case _:
            return None
