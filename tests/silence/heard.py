"""What head is given of a body beside what the old server read of it, for unions that are drawn at two versions."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any, Protocol

from pydantic import ValidationError

from tests.silence.old_client import OLD, gates_of_requests
from timegate import CompileError, Gates, UpgradeError


class DrawnUnion(Protocol):
    """A union under the key ``u`` of a model, at head and at the old server."""

    head: Any
    old: Any
    facts: list[Any]

    def meaning(self, value: Any, *, is_old: bool) -> Any:
        """What a value of the union says, in a form that both versions share."""
        ...


def started(drawn: DrawnUnion, counts: Counter[str]) -> Gates | None:
    """The gates of the facts, counted; None where the start is refused."""
    try:
        gates = gates_of_requests([drawn.head], *drawn.facts)
    except CompileError:
        counts["not started"] += 1
        return None
    counts["started"] += 1
    return gates


def heard(drawn: DrawnUnion, gates: Gates, body: Any, counts: Counter[str]) -> tuple[Any, Any]:
    """What the old server read and what head is given, counted; each None where it is refused."""
    try:
        was = drawn.meaning(drawn.old.model_validate(copy.deepcopy(body)).u, is_old=True)
    except ValidationError:
        was = None
    try:
        given = gates.upgrade(drawn.head, copy.deepcopy(body), from_version=OLD)
        now = drawn.meaning(drawn.head.model_validate(given).u, is_old=False)
    except (UpgradeError, ValidationError):
        now = None
    counts["heard" if now is not None else "refused by both" if was is None else "refused"] += 1
    return was, now
