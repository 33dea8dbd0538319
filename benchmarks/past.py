"""Fifty versions of the API's past as plain data: what each one changed, and how that converts a payload.

Each side gets the same: timegate as declarations, Cadwyn as declarations and converters, the oracle as the plain
functions ``older`` and ``newer``, which convert one task by one version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias

from benchmarks.api import Owner, Task

Holder: TypeAlias = Literal["task", "owner"]
Data: TypeAlias = dict[str, Any]

DEPTH: Final = 50
DEPTHS: Final = (1, 5, 20, 50)
_NEWEST: Final = date(2026, 3, 1)


def held(task: Data, holder: Holder) -> Data:
    """The object that an event is about."""
    found: Data = task if holder == "task" else task["owner"]
    return found


@dataclass(frozen=True, slots=True)
class Renamed:
    """A field is called ``old`` in older versions."""

    holder: Holder
    old: str
    new: str

    def older(self, task: Data) -> None:
        data = held(task, self.holder)
        data[self.old] = data.pop(self.new)

    def newer(self, task: Data) -> None:
        data = held(task, self.holder)
        data[self.new] = data.pop(self.old)


@dataclass(frozen=True, slots=True)
class Added:
    """A field does not exist in older versions."""

    holder: Holder
    field: str

    def older(self, task: Data) -> None:
        del held(task, self.holder)[self.field]

    def newer(self, task: Data) -> None:
        """Head's model has a default, and nobody misses a field that existed only in between."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A field exists only in older versions, where it always has one value."""

    holder: Holder
    field: str
    kind: type
    value: Any

    def older(self, task: Data) -> None:
        held(task, self.holder)[self.field] = self.value

    def newer(self, task: Data) -> None:
        held(task, self.holder).pop(self.field, None)


@dataclass(frozen=True, slots=True)
class BecameNullable:
    """A field is never null in older versions."""

    holder: Holder
    field: str
    was: Any

    def older(self, task: Data) -> None:
        data = held(task, self.holder)
        if data[self.field] is None:
            data[self.field] = self.was

    def newer(self, task: Data) -> None:
        """Head accepts whatever the old client sent."""


@dataclass(frozen=True, slots=True)
class Retyped:
    """A field of a task has another type in older versions."""

    field: str
    was: type
    to_head: Callable[[Any], Any]
    to_old: Callable[[Any], Any]

    def older(self, task: Data) -> None:
        task[self.field] = self.to_old(task[self.field])

    def newer(self, task: Data) -> None:
        task[self.field] = self.to_head(task[self.field])


@dataclass(frozen=True, slots=True)
class MemberRenamed:
    """A state is called ``old`` in older versions."""

    old: str
    new: str

    def older(self, task: Data) -> None:
        if task["state"] == self.new:
            task["state"] = self.old

    def newer(self, task: Data) -> None:
        if task["state"] == self.old:
            task["state"] = self.new


Event: TypeAlias = Renamed | Added | Removed | BecameNullable | Retyped | MemberRenamed

# Fields that are renamed again and again, each with its holder, and the number of renames.
_RENAMED: Final[tuple[tuple[Holder, str], ...]] = (
    ("task", "dag_version_id"),
    ("owner", "name"),
    ("task", "try_number"),
    ("task", "queue"),
    ("owner", "email"),
    ("task", "started_at"),
    ("task", "title"),
)
_RENAMES: Final = 17

_ADDED: Final[tuple[tuple[Holder, str], ...]] = (
    ("task", "trigger"),
    ("owner", "team"),
    ("task", "max_tries"),
    ("task", "labels"),
)

_REMOVED: Final = (
    Removed("task", "pool_slots", int, 1),
    Removed("task", "executor", str, "local"),
    Removed("owner", "active", bool, True),
    Removed("task", "hostname", str, "worker-1"),
)

# Fields that existed only in between; a client of that time gets the value.
_PASSING: Final = tuple(f"flag_{number}" for number in range(10))


def _renames() -> Iterator[Event]:
    now = {(holder, field): field for holder, field in _RENAMED}
    for count in range(_RENAMES):
        holder, field = _RENAMED[count % len(_RENAMED)]
        old = f"{field}_{count // len(_RENAMED) + 1}"
        yield Renamed(holder, old, now[holder, field])
        now[holder, field] = old


def _specials() -> Iterator[Event]:
    yield BecameNullable("task", "note", "")
    yield MemberRenamed("retrying", "up_for_retry")
    yield Retyped("priority", int, str, int)
    yield MemberRenamed("succeeded", "success")
    yield MemberRenamed("waiting", "queued")


# The order, newest first: Renamed, Added, B for Removed, Special, Flag removed, G for a flag added.
_ORDER: Final = "RAFRSRBFRGRAFRSRFGGRRBFRSRAFGRRFGSRAFGBRFRGSBFGGGR"


def events() -> tuple[Event, ...]:
    """What each version changed, newest first."""
    sources: dict[str, Iterator[Event]] = {
        "R": _renames(),
        "A": (Added(*one) for one in _ADDED),
        "B": iter(_REMOVED),
        "S": _specials(),
        "F": (Removed("task", flag, str, "off") for flag in _PASSING),
        "G": (Added("task", flag) for flag in _PASSING),
    }
    return tuple(next(sources[letter]) for letter in _ORDER)


EVENTS: Final = events()

_HEAD_ORDER: Final[dict[Holder, list[str]]] = {"task": list(Task.model_fields), "owner": list(Owner.model_fields)}


def version_at(depth: int) -> str:
    """The version ``depth`` versions back; head is 0."""
    return (_NEWEST - timedelta(days=30 * depth)).isoformat()


def tasks_of(body: Data) -> list[Data]:
    """The tasks of a body: itself, or those of a page."""
    items: list[Data] | None = body.get("items")
    return [body] if items is None else items


def downgraded(body: Data, depth: int) -> Data:
    """Head's body as a client ``depth`` versions back gets it; the oracle of every response."""
    copy: Data = json.loads(json.dumps(body))
    for task in tasks_of(copy):
        for event in EVENTS[:depth]:
            event.older(task)
    return copy


def as_sent(body: Data, depth: int) -> Data:
    """The body that a client ``depth`` versions back sends: its keys in the order of its contract.

    A renamed key has the position of head's, a key that head does not have comes last.
    """
    old = downgraded(body, depth)
    for task in tasks_of(old):
        for data, order in ((task, _order_at(depth, "task")), (task["owner"], _order_at(depth, "owner"))):
            items = {key: data[key] for key in order}
            data.clear()
            data.update(items)
    return old


def _order_at(depth: int, holder: Holder) -> list[str]:
    order = list(_HEAD_ORDER[holder])
    for event in EVENTS[:depth]:
        match event:
            case Renamed(about, old, new) if about == holder:
                order[order.index(new)] = old
            case Added(about, field) if about == holder:
                order.remove(field)
            case Removed(about, field) if about == holder:
                order.append(field)
            case _:
                pass
    return order


def upgraded(body: Data, depth: int) -> Data:
    """The body of a client ``depth`` versions back as head gets it; the oracle of every request."""
    copy: Data = json.loads(json.dumps(body))
    for task in tasks_of(copy):
        for event in reversed(EVENTS[:depth]):
            event.newer(task)
    return copy
