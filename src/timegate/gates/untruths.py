"""Finds where old clients are told what is not so: another value stands in for head's, because they know no better."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.reach import Reach
from timegate.history.list_values import FirstItem
from timegate.history.steps import (
    KeyRemoved,
    MembersChanged,
    ModelIntroduced,
    Origin,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.undo_response_headers import FirstValue, OnlyValues, OtherwiseValue
from timegate.history.undo_values import ReplaceNull
from timegate.history.value_tables import ValueTable

Kind: TypeAlias = Literal["seen as", "cut", "made up"]
"""Another value stands in for head's, a list loses its other items, or a value is invented where head has none."""


class StandIn(NamedTuple):
    """What an old client reads in place of head's value.

    Attributes:
        kind: how it comes about.
        value: the value; UNSET where it is not the same each time.
        of: what it stands for, in words.
    """

    kind: Kind
    value: Any
    of: str


@dataclass(frozen=True, slots=True)
class Untruth:
    """A value that old clients read though it is not so.

    Args:
        version: clients of versions older than this one are meant.
        change: the change that makes it so.
        fact: the fact, as code.
        place: the model's field by its wire name, the model, the enum, or the header field of an operation.
        kind: how it comes about.
        told: what they read, and in place of what.
    """

    version: str
    change: str
    fact: str
    place: str
    kind: Kind
    told: str

    def __str__(self) -> str:
        return f"{self.place}: clients older than {self.version} read {self.told} ({self.change}: {self.fact})"


def stand_in(step: Step) -> StandIn | None:
    """What old clients read in place of head's value by one step; None where they read what is so, or a function says.

    Null is not told apart here: whether it says something that is not so depends on the place.
    """
    match step:
        case MembersChanged():
            others = {new: old for new, old in step.to_old.items() if step.to_head.get(old, old) != new}
            return StandIn("seen as", UNSET, _table(others)) if others else None
        case ModelIntroduced(seen_as=seen_as) if seen_as is not UNSET:
            return StandIn("seen as", _constant(seen_as), "such an object")
        case ValueReplaced() if step.null_to_old is not UNSET or step.missing_to_old is not UNSET:
            of_null = step.null_to_old is not UNSET
            value = step.null_to_old if of_null else step.missing_to_old
            return StandIn("made up", _constant(value), "null" if of_null else "nothing")
        case ValueMoved(empty=empty) if empty is not UNSET:
            return StandIn("made up", empty, "nothing")
        case KeyRemoved(fill=fill) if fill is not UNSET:
            return StandIn("made up", _constant(fill), "what head no longer knows")
        case ValueConverted():
            return _of_function(step.to_old)
        case _:
            return None


def untruths(responses: Reach) -> Iterator[Untruth]:
    """Every value that old clients read though it is not so, newest version first.

    Args:
        responses: what they get.
    """
    history = responses.history
    met = [wire.reachable("responses").keys() for wire in history.wires]
    told: list[tuple[int, Untruth]] = []
    for (side, name, boundary), steps in history.steps.items():
        found = [(step, stand_in(step)) for step in steps] if side == "responses" else []
        untrue = [(step, one) for step, one in found if one is not None and _is_untrue(one)]
        if untrue and any(name in names for names in met[boundary:]):
            holder = responses.component(name, boundary).display_name
            for step, one in untrue:
                key = step.old[0] if isinstance(step, ValueMoved) else getattr(step, "key", "")
                told.append((boundary, _untruth(step.origin, ".".join(filter(None, [holder, key])), one)))
    for operation, changes in history.header_changes.items():
        for boundary, fields in changes.items():
            values = ((field, _of_header(field.values)) for field in fields)
            told += [
                (boundary, _untruth(field.origin, f"{operation} response header {field.old}", value))
                for field, value in values
                if value is not None
            ]
    yield from (one for _, one in sorted(told, key=lambda one: one[0]))


def _untruth(origin: Origin, place: str, found: StandIn) -> Untruth:
    value = "" if found.value is UNSET else f"{_text(found.value)} for "
    return Untruth(origin.version, origin.change, origin.fact, place, found.kind, f"{value}{found.of}")


def _is_untrue(found: StandIn) -> bool:
    """Whether something is said: null where head has nothing is so, and what is computed of the object may be."""
    return found.kind != "made up" or (found.value is not UNSET and found.value is not None)


def _of_function(function: object) -> StandIn | None:
    match function:
        case FirstItem():
            return StandIn("cut", UNSET, "the first item for all")
        case ReplaceNull(value=value):
            return StandIn("made up", _constant(value), "null")
        case ValueTable() if function.merges:
            read = [*function.values.values()]
            several = {head: old for (_, head), old in function.values.items() if read.count(old) > 1}
            rest = [] if function.rest is UNSET else [f"{_text(function.rest)} for any other"]
            return StandIn("seen as", UNSET, ", ".join([*([_table(several)] if several else []), *rest]))
        case _:
            return None


def _of_header(function: object) -> StandIn | None:
    match function:
        case OnlyValues(values=(value,)):
            return StandIn("made up", value, "what head no longer knows")
        case OtherwiseValue(value=value):
            return StandIn("made up", value, "nothing")
        case FirstValue():
            return StandIn("cut", UNSET, "the first value for all")
        case _:
            return None


def _constant(value: Any) -> Any:
    """A value that is the same each time; UNSET for one that depends on the object."""
    return UNSET if callable(value) or isinstance(value, Sibling) else value


def _table(read: Mapping[Any, Any]) -> str:
    """What is read for each value of head's, in words."""
    heads: dict[str, list[str]] = {}
    for head, old in read.items():
        heads.setdefault(_text(old), []).append(_text(head))
    return ", ".join(f"{old} for {' and '.join(some)}" for old, some in heads.items())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
