"""Checks what no fact about an enum reaches: a ``Literal`` of its members, which has a schema of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from timegate.changes.base import name_of
from timegate.history.builder import HistoryBuilder
from timegate.history.steps import MembersChanged, Origin
from timegate.typing import Schema
from timegate.wire.marks import MEMBERS_MARK
from timegate.wire.schema import objects_in
from timegate.wire.wire import Side


class _Place(NamedTuple):
    """A schema, and who says what it was.

    Args:
        text: where it is, as faults write it.
        schema: the schema.
        subject: the subject of facts about it; empty where no fact can be about it.
        field: the first argument of such a fact, where it is a field's.
    """

    text: str
    schema: Schema
    subject: str = ""
    field: str = ""


def check_literals(builder: HistoryBuilder, side: Side) -> None:
    """Note a fault for each literal of the older version with a member that this version does not have so."""
    older, origins = _changed_members(builder)
    for place in _places(builder, side) if older else ():
        for node in objects_in(place.schema):
            members: tuple[tuple[Any, Any], ...] = node.get(MEMBERS_MARK, ())
            changed = [(kind, value) for kind, value in members if (kind, value) in older]
            if changed:
                was = [repr(before) for kind, value in members for before in older.get((kind, value), [value])]
                _fault(builder, place, changed[0], was, origins[changed[0][0]])


def _changed_members(builder: HistoryBuilder) -> tuple[dict[tuple[Any, Any], list[Any]], dict[Any, Origin]]:
    """The members that the boundary changes, each with its older value or none, and the fact for each enum."""
    older: dict[tuple[Any, Any], list[Any]] = {}
    origins: dict[Any, Origin] = {}
    # The steps of the boundary are the last ones so far.
    latest = takewhile(lambda item: item[0][2] == builder.boundary, reversed(builder.steps.items()))
    for (side, name, _), steps in reversed(list(latest)):
        for step in steps:
            if isinstance(step, MembersChanged):
                kind = builder.component(side, name).model
                origins[kind] = step.origin
                for new in step.refused:
                    older[kind, new] = [old for old, to in step.to_head.items() if to == new]
    return older, origins


def _places(builder: HistoryBuilder, side: Side) -> Iterator[_Place]:
    """Every schema of a side, with its place."""
    yield from (_Place(place, schema) for place, schema in builder.wire.roots(side))
    parameters = {
        holder: f"endpoint({operation.path!r}, {operation.method!r}).{location}"
        for operation in builder.wire.operations
        for location, holder in operation.parameters.items()
    }
    for name in builder.wire.reachable(side):
        component = builder.component(side, name)
        shown = component.display_name
        yield _Place(shown, {k: v for k, v in component.schema.items() if k != "properties"})
        for key, schema in component.properties.items():
            parameter = parameters.get(name) if side == "requests" else None
            if parameter is not None:
                yield _Place(f"{shown}.{key}", schema, f"{parameter}({key!r})")
            else:
                yield _Place(f"{shown}.{key}", schema, f"on({shown})", f"{key!r}")


def _fault(builder: HistoryBuilder, place: _Place, member: tuple[Any, Any], was: list[str], origin: Origin) -> None:
    kind, value = member
    ways = [f"type it as {name_of(kind)}"]
    if place.subject:
        named = f"{place.field}, " if place.field else ""
        fact = f"retyped({named}was=Literal[{', '.join(was)}], …)" if was else f"added({place.field})"
        ways.append(f"say what it was, {place.subject}.{fact} in the same version")
    builder.fault(
        place.text,
        f"it is a Literal with {value!r} of {name_of(kind)}, which no fact about the enum reaches",
        ", or ".join(ways),
        origin,
    )
