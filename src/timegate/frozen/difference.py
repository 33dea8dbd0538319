"""One difference between a frozen contract and today's, as a value: where, what, and how bad for old clients."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from timegate.changes.base import UNSET
from timegate.wire.wire import SIDES, Side


class Severity(enum.Enum):
    """What a difference means to the clients of a released version, the worst first."""

    BREAKING = "breaking"
    """A client that follows its contract fails, or is understood otherwise."""
    RISKY = "risky"
    """A client that relies on what its contract says may fail, or gets another result."""
    ADDITIVE = "additive"
    """A client that ignores what it does not know works on."""
    TEXT = "text"
    """Only people see it."""


_B, _R, _A, _T = Severity.BREAKING, Severity.RISKY, Severity.ADDITIVE, Severity.TEXT


class Kind(enum.Enum):
    """What differs, told from the frozen contract to today's; with its severity in requests and in responses."""

    KEY_ADDED = "key added", _A, _A
    REQUIRED_KEY_ADDED = "required key added", _B, _A
    KEY_REMOVED = "key removed", _R, _R
    REQUIRED_KEY_REMOVED = "required key removed", _R, _B
    BECAME_REQUIRED = "became required", _B, _A
    BECAME_OPTIONAL = "became optional", _A, _B
    BECAME_NULLABLE = "became nullable", _A, _B
    BECAME_NON_NULL = "became non-null", _B, _A
    RETYPED = "type changed", _B, _B
    WIDENED = "type widened", _A, _B
    NARROWED = "type narrowed", _B, _A
    DEFAULTED = "default changed", _R, _T
    TIGHTENED = "limits tightened", _B, _A
    LOOSENED = "limits loosened", _A, _R
    GREW = "members grown", _A, _B
    SHRANK = "members shrunk", _B, _A
    ARM_ADDED = "union arm added", _A, _B
    ARM_REMOVED = "union arm removed", _B, _A
    CLOSED = "closed to other keys", _B, _A
    OPENED = "opened to other keys", _A, _A
    OPERATION_ADDED = "operation added", _A, _A
    OPERATION_REMOVED = "operation removed", _B, _B
    STATUS_CHANGED = "status changed", _B, _B
    STATUS_ADDED = "response added", _A, _A
    STATUS_REMOVED = "response removed", _A, _A
    BODY_ADDED = "body added", _A, _A
    REQUIRED_BODY_ADDED = "required body added", _B, _A
    BODY_REMOVED = "body removed", _R, _B
    SECURED = "security tightened", _B, _B
    UNSECURED = "security loosened", _A, _A
    MEDIA_ADDED = "media type added", _A, _R
    MEDIA_REMOVED = "media type removed", _B, _R
    RENAMED_IN_DOCUMENTS = "name in documents changed", _T, _T
    TEXT = "text changed", _T, _T

    def __init__(self, phrase: str, in_requests: Severity, in_responses: Severity) -> None:
        self.phrase = phrase
        self.severities: Mapping[Side, Severity] = {"requests": in_requests, "responses": in_responses}


ABSENT: Final = UNSET
"""What a difference has as old or new value where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference.

    Args:
        kind: what differs.
        sides: whether it is in what clients send, in what they get, or both.
        component: the component of today's document that holds it; empty where an operation does.
        operation: method and path of the operation that holds it; empty where a component does.
        path: the keys that lead to it in the component, ``*`` for each item or value; in an operation ``query``,
            ``header``, ``path`` or ``cookie`` and the parameter's name, ``body``, or the status of a response.
        old: what the frozen contract has: a schema, a value, a text; `ABSENT` for none.
        new: what today's has. Of members grown or shrunk, both are all members.
        frozen_component: the component of the frozen document.
        reaches: the operations whose payloads contain it, by method and path.
    """

    kind: Kind
    sides: tuple[Side, ...]
    component: str = ""
    operation: str = ""
    path: tuple[str, ...] = ()
    old: Any = ABSENT
    new: Any = ABSENT
    frozen_component: str = ""
    reaches: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The worst that it means on its sides."""
        found = {self.kind.severities[side] for side in self.sides}
        return next(one for one in Severity if one in found)

    @property
    def place(self) -> str:
        """Where it is, as people write it: ``Item.quantity``, ``GET /items query limit``."""
        if self.component:
            return ".".join([self.component, *self.path])
        return " ".join(filter(None, [self.operation, *self.path]))

    @property
    def come(self) -> list[Any]:
        """The members that only today's contract has, of members grown or shrunk."""
        return [one for one in self.new if one not in self.old]

    @property
    def gone(self) -> list[Any]:
        """The members that only the frozen contract has."""
        return [one for one in self.old if one not in self.new]

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits, the same as long as the difference is the same, in whatever version it is met."""
        told = [self.kind.phrase, self.place, sorted(self.sides), self.old, self.new]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=repr).encode("utf-8")).hexdigest()[:12]

    @property
    def where(self) -> str:
        """On which side it is, in words."""
        words = {"requests": "what clients send", "responses": "what clients get"}
        return " and ".join(words[side] for side in SIDES if side in self.sides)
