"""Whether head can get what a drawn fact puts into old requests, through the functions of all newer facts."""

from __future__ import annotations

from typing import Any

from tests.oracle.conversion import Oracle
from tests.oracle.history import History, State, Step, targets
from tests.oracle.places import key_of
from tests.oracle.reading import Obj, Refusals
from timegate.changes.base import Fact
from timegate.changes.fields import Added
from timegate.changes.values import BecameNonNull, BecameRequired, BecameScalar, Defaulted
from timegate.wire.wire import SIDES


def is_carried(fact: Fact, older: State, newer: State, history: History) -> bool:
    """Whether what a fact puts in, where an old client leaves it out or sends none, comes to head.

    Args:
        fact: drawn last.
        older: the models right before it.
        newer: right after it.
        history: of all newer facts, those of the same boundary included.
    """
    match fact:
        case Added() | BecameRequired() | Defaulted():
            sent = dict[str, Any]()
        case BecameNonNull(fields=(field, *_)):
            sent = {field: None}
        case BecameScalar(fields=(field, *_)):
            sent = {field: list[Any]()}
        case _:
            return True
    *boundaries, last = history.boundaries
    # A model that only an older type holds has the same shape at every newer version.
    states: list[State] = [{side: {**older[side], **state[side]} for side in SIDES} for state in history.states]
    oracle = Oracle(History(states, [*boundaries, [Step("", fact, newer, older), *last]]))
    refusals = Refusals()
    for name, _, _ in targets(newer["requests"], fact):
        component = newer["requests"][name]
        value: Any = Obj(name)
        value.update({key_of(component, field): one for field, one in sent.items()})
        for boundary in reversed(range(len(boundaries) + 1)):
            value = refusals.attempt(oracle.upgraded, value, boundary, refusals)
    # What is dropped later is converted before.
    return not refusals
