"""Checks what no fact about an enum reaches: a ``Literal`` of its members, which has a schema of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timegate.changes.base import name_of
from timegate.history.builder import HistoryBuilder
from timegate.history.steps import MembersChanged, Origin
from timegate.typing import Schema
from timegate.wire.marks import MEMBERS_MARK
from timegate.wire.schema import objects_in
from timegate.wire.wire import Side


def check_literals(builder: HistoryBuilder, side: Side) -> None:
    """Note a fault for each literal of the older version with a member that this version does not have so."""
    older, origins = _changed_members(builder)
    for holder, key, schema in _schemas(builder, side) if older else ():
        for node in objects_in(schema):
            members: tuple[tuple[Any, Any], ...] = node.get(MEMBERS_MARK, ())
            changed = [(kind, value) for kind, value in members if (kind, value) in older]
            if changed:
                was = [repr(before) for kind, value in members for before in older.get((kind, value), [value])]
                _fault(builder, holder, key, changed[0], was, origins[changed[0][0]])


def _changed_members(builder: HistoryBuilder) -> tuple[dict[tuple[Any, Any], list[Any]], dict[Any, Origin]]:
    """The members that the boundary changes, each with its older value or none, and the fact for each enum."""
    older: dict[tuple[Any, Any], list[Any]] = {}
    origins: dict[Any, Origin] = {}
    for (side, name, boundary), steps in builder.steps.items():
        for step in steps if boundary == builder.boundary else ():
            if isinstance(step, MembersChanged):
                kind = builder.component(side, name).model
                origins[kind] = step.origin
                for new in step.refused:
                    older[kind, new] = [old for old, to in step.to_head.items() if to == new]
    return older, origins


def _schemas(builder: HistoryBuilder, side: Side) -> Iterator[tuple[str, str, Schema]]:
    """Every schema of a side, with its place; for a field, with the model and the key."""
    yield from ((place, "", schema) for place, schema in builder.wire.roots(side))
    for name in builder.wire.reachable(side):
        component = builder.component(side, name)
        yield component.display_name, "", {k: v for k, v in component.schema.items() if k != "properties"}
        for key, schema in component.properties.items():
            if name in builder.parameter_holders:
                yield f"{component.display_name}.{key}", "", schema
            else:
                yield component.display_name, key, schema


def _fault(
    builder: HistoryBuilder, holder: str, key: str, member: tuple[Any, Any], was: list[str], origin: Origin
) -> None:
    kind, value = member
    ways = [f"type it as {name_of(kind)}"]
    if key:
        fact = f"retyped({key!r}, was=Literal[{', '.join(was)}], …)" if was else f"added({key!r})"
        ways.append(f"say what it was, on({holder}).{fact} in the same version")
    builder.fault(
        f"{holder}.{key}" if key else holder,
        f"it is a Literal with {value!r} of {name_of(kind)}, which no fact about the enum reaches",
        ", or ".join(ways),
        origin,
    )
