"""Derive the contract of each older version by undoing one fact after the other."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import GenericAlias
from typing import Any

from pydantic import TypeAdapter

from tests.oracle.arms import undo_introduced, undo_retired
from tests.oracle.parts import undo_parts
from tests.oracle.places import (
    Components,
    admits_null,
    behind,
    followed,
    inner,
    is_enum,
    key_of,
    members_of,
    nodes,
    object_at,
    subjects,
    without_null,
)
from tests.oracle.tables import old_type_of
from timegate.changes.base import UNSET, Fact, FieldsFact
from timegate.changes.fields import Added, Merged, Moved, Removed, Renamed, Split
from timegate.changes.members import (
    EnumFact,
    Grew,
    LiteralFact,
    LiteralGrew,
    LiteralRenamed,
    LiteralShrank,
    MemberRenamed,
    Shrank,
)
from timegate.changes.models import Introduced, Reshaped, Retired, WasNamed
from timegate.changes.texts import FieldDocumented, ModelDocumented
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    BecameScalar,
    Constrained,
    Defaulted,
    Mapped,
    Retyped,
)
from timegate.timeline import Timeline
from timegate.typing import Schema
from timegate.wire.marks import MARK_PREFIX
from timegate.wire.schema import REF_PREFIX, referred
from timegate.wire.wire import SIDES, Component, Side, Wire

State = dict[Side, Components]
"""Every component of both sides, between two facts."""

HOLDER_MARK = f"{MARK_PREFIX}holder"
"""In the schema of an object without a component: the component that holds it, and the key."""

Target = tuple[str, str, int]
"""A component, a key of it, and how many levels of "each value of it" the path has."""


@dataclass(frozen=True)
class Step:
    """One fact, with the state right after it and right before it."""

    change: str
    fact: Fact
    newer: State
    older: State


@dataclass(frozen=True, eq=False)
class History:
    """Every version's state, newest first, and the facts of each boundary in the order declared."""

    states: list[State]
    boundaries: list[list[Step]]


def history(wire: Wire, timeline: Timeline) -> History:
    """Derive every version of a timeline from what is on the wire at head."""
    state: State = {side: dict(wire.components(side)) for side in SIDES}
    states, boundaries = [state], list[list[Step]]()
    for version in timeline.versions[:-1]:
        steps: list[Step] = []
        facts = [(change.__name__, fact) for change in version.changes for fact in change.changes]
        for change, fact in reversed(facts):
            older = undone(state, fact)
            steps.insert(0, Step(change, fact, state, older))
            state = older
        boundaries.append(steps)
        states.append(state)
    # A model that only an older type holds has the same shape at every newer version.
    for newer in states:
        for side in SIDES:
            newer[side] = {**state[side], **newer[side]}
    return History(states, boundaries)


def undone(state: State, fact: Fact) -> State:
    """Return the state before a fact."""
    older: State = {}
    for side in SIDES:
        components = {c.name: replace(c, schema=copy.deepcopy(c.schema)) for c in state[side].values()}
        undo(components, side, fact)
        older[side] = components
    return older


def targets(components: Components, fact: FieldsFact) -> list[Target]:
    """Return the places that a fact about fields applies to, in the state right after it."""
    found: list[Target] = []
    for path in fact.fields:
        for component in subjects(components, fact.models, path.split(".")[0]):
            place = followed(component, path, components)
            if place is not None and (isinstance(fact, Removed) or place[1] in place[0].properties):
                found.append((place[0].name, place[1], place[2]))
    return found


def plain_value(value: Any) -> Any:
    """Return the JSON value of an enum's member."""
    return value.value if isinstance(value, Enum) else value


def undo(components: Components, side: Side, fact: Fact) -> None:
    """Edit the components of one side to what they were before the fact."""
    match fact:
        case Removed():
            for name, key, _ in targets(components, fact):
                holder = components[name].schema
                holder.setdefault("properties", {})[key] = schema_of(fact.was, side, components)
                if fact.required is not False:
                    require(holder, key)
        case FieldsFact():
            for name, key, stars in targets(components, fact):
                undo_field(components, components[name].schema, key, stars, fact, side)
        case Renamed():
            undo_renamed(components, fact)
        case Moved():
            for component in subjects(components, fact.models, fact.to.split(".")[0]):
                undo_moved(components, component, fact)
        case Split() | Merged():
            undo_parts(components, fact, lambda kind: schema_of(kind, side, components))
        case ModelDocumented(was=was):
            for component in subjects(components, fact.models):
                components[component.name] = replace(component, schema=told(component.schema, was))
        case WasNamed():
            for component in subjects(components, fact.models):
                components[component.name] = replace(component, display_name=fact.name)
                name_generics(components, component, fact.name)
        case Introduced():
            for component in subjects(components, fact.models):
                undo_introduced(components, component)
        case Retired():
            undo_retired(components, fact, lambda kind: schema_of(kind, side, components))
        case Reshaped():
            for component in subjects(components, fact.models):
                schema = schema_of(fact.was, side, components, inline=True)
                components[component.name] = replace(component, schema=schema)
        case EnumFact():
            for component in subjects(components, (fact.enum,)):
                members = old_members(members_of(component.schema), fact)
                rest = {key: value for key, value in component.schema.items() if key not in ("enum", "const")}
                components[component.name] = replace(component, schema={**rest, "enum": members})
        case _:
            raise AssertionError(f"the oracle knows no {fact}")


def name_generics(components: dict[str, Component], argument: Component, name: str) -> None:
    """Call every generic class that holds a renamed argument by its new name."""
    part = re.compile(rf"(?<=_){re.escape(argument.display_name)}(?=_)")
    for holder in list(components.values()):
        holds = any(referred(node) == argument.name for node in nodes(holder.schema))
        if holds and getattr(holder.model, "__pydantic_generic_metadata__", {}).get("args"):
            called = part.sub(name, holder.display_name)
            components[holder.name] = replace(holder, display_name=called)


def schema_of(kind: Any, side: Side, components: Components, *, inline: bool = False) -> Schema:
    """Return the JSON Schema of a type; models that the contract lacks become components."""
    mode: Any = "validation" if side == "requests" else "serialization"
    listed: Any = GenericAlias(list, (kind,))
    made = TypeAdapter[Any](listed).json_schema(mode=mode, ref_template=REF_PREFIX + "{model}")
    for name, schema in made.get("$defs", {}).items():
        if name not in components:
            components[name] = Component(name, schema, display_name=name)
    found: Schema = made["items"]
    name = referred(found)
    if inline and name is not None:
        return copy.deepcopy(components.pop(name).schema)
    return found


def undo_field(components: Components, schema: Schema, key: str, stars: int, fact: FieldsFact, side: Side) -> None:
    properties = schema["properties"]

    def change(make: Callable[[Schema], Schema]) -> None:
        properties[key] = changed_at(properties[key], stars, make)

    match fact:
        case Added():
            del properties[key]
            release(schema, key)
        case Retyped(was=was):
            if was is not UNSET:
                change(lambda _: schema_of(was, side, components))
        case Constrained(was=was):
            change(lambda _: schema_of(was, side, components))
        case BecameNullable():
            change(without_null)
        case BecameNonNull():
            change(or_null)
        case BecameRequired():
            release(schema, key)
        case BecameOptional():
            require(schema, key)
        case BecameList(was=was):
            change(lambda place: item_of(place, components) if was is UNSET else schema_of(was, side, components))
        case Defaulted(was=was):
            change(lambda place: {**place, "default": was})
        case BecameScalar(was=was):
            change(lambda _: schema_of(was, side, components))
        case Mapped():
            change(lambda _: schema_of(old_type_of(fact), side, components))
        case LiteralFact(tolerated=tolerated):
            if tolerated is None or side == "responses":
                change(lambda place: with_members(place, fact))
        case FieldDocumented(was=was):
            change(lambda place: told(place, was))
        case _:
            raise AssertionError(f"the oracle knows no {fact}")


def told(schema: Schema, was: Mapping[str, Any]) -> Schema:
    """Return a schema with other texts; None takes one away."""
    return {key: text for key, text in {**schema, **was}.items() if text is not None or key not in was}


def or_null(place: Schema) -> Schema:
    """Return the schema of a place that may be null too; its title, description and default stay."""
    texts = {key: value for key, value in place.items() if key in ("title", "description", "default")}
    bare = {key: value for key, value in place.items() if key not in texts}
    arms = bare["anyOf"] if set(bare) == {"anyOf"} else [bare]
    return {"anyOf": [*arms, {"type": "null"}], **texts}


def item_of(place: Schema, components: Components) -> Schema:
    item = inner(place, components)
    assert item is not None, "became_list is about a list"
    return item


def changed_at(place: Schema, stars: int, make: Callable[[Schema], Schema]) -> Schema:
    """Change a schema, or that of each value in it."""
    if stars == 0:
        return make(place)
    for key in ("anyOf", "oneOf"):
        if key in place:
            return {**place, key: [changed_at(arm, stars, make) for arm in place[key]]}
    for key in ("items", "additionalProperties"):
        if isinstance(place.get(key), dict):
            return {**place, key: changed_at(place[key], stars - 1, make)}
    return place


def require(schema: Schema, key: str) -> None:
    if key not in schema.get("required", ()):
        schema["required"] = [*schema.get("required", ()), key]


def release(schema: Schema, key: str) -> None:
    if key in schema.get("required", ()):
        schema["required"] = [other for other in schema["required"] if other != key]


def undo_renamed(components: Components, fact: Renamed) -> None:
    renamed: set[str] = set()
    names: set[str] = set()
    for component in subjects(components, fact.models, fact.to):
        schema, key = component.schema, key_of(component, fact.to)
        if key not in component.properties:
            continue
        renamed.add(component.name)
        names.add(key)
        properties = {fact.old if name == key else name: place for name, place in component.properties.items()}
        # A field that old clients know by its old name is not internal for them.
        mark = f"{MARK_PREFIX}internal"
        properties[fact.old] = {name: value for name, value in properties[fact.old].items() if name != mark}
        schema["properties"] = properties
        if "required" in schema:
            schema["required"] = [fact.old if name == key else name for name in schema["required"]]
    for component in components.values():
        for node in nodes(component.schema):
            tag = node.get("discriminator")
            if tag and tag["propertyName"] in names and {referred(arm) for arm in node["oneOf"]} <= renamed:
                tag["propertyName"] = fact.old


def with_members(place: Schema, fact: LiteralFact) -> Schema:
    """Return the schema of a literal, or null, with the members before a fact."""
    if "anyOf" in place:
        return {**place, "anyOf": [with_members(arm, fact) for arm in place["anyOf"]]}
    if not is_enum(place):
        return place
    rest = {key: value for key, value in place.items() if key not in ("enum", "const")}
    return {**rest, "enum": old_members(members_of(place), fact)}


def old_members(members: list[Any], fact: EnumFact | LiteralFact) -> list[Any]:
    match fact:
        case Grew(members=grown) | LiteralGrew(members=grown):
            return [member for member in members if member not in [plain_value(new) for new in grown]]
        case Shrank(member=gone) | LiteralShrank(member=gone):
            return [*members, plain_value(gone)]
        case MemberRenamed(old=old, to=to) | LiteralRenamed(old=old, to=to):
            return [plain_value(old) if member == plain_value(to) else member for member in members]
        case _:
            raise AssertionError(f"the oracle knows no {fact}")


def undo_moved(components: Components, component: Component, fact: Moved) -> None:
    path = fact.to.split(".")
    holders, required, reached = [component.schema], True, True
    for segment in path[:-1]:
        place = holders[-1]["properties"][segment]
        if segment not in holders[-1].get("required", ()) or admits_null(place, components):
            reached = False
        holders.append(object_at(place, components))
    key = path[-1] if len(path) > 1 else key_of(component, path[-1])
    if key not in holders[-1].get("properties", {}):
        return
    value = holders[-1]["properties"].pop(key)
    required = key in holders[-1].get("required", ()) and (reached or fact.empty is not UNSET)
    release(holders[-1], key)
    # A parent that has lost its last field is removed as well.
    for holder, segment, emptied in reversed(list(zip(holders, path[:-1], holders[1:], strict=False))):
        if emptied["properties"]:
            break
        del holder["properties"][segment]
        release(holder, segment)
    holder = component.schema
    *parents, last = fact.old.split(".")
    for segment in parents:
        if segment not in holder["properties"]:
            mark = {HOLDER_MARK: f"{component.name}.{segment}"}
            holder["properties"][segment] = {"type": "object", "properties": {}, **mark}
            if required:
                require(holder, segment)
        holder = object_at(holder["properties"][segment], components)
    holder["properties"][last] = value
    if required:
        require(holder, last)


def moved_through(step: Step, name: str, side: Side) -> set[str]:
    """Return the components whose keys a moved field changes: the object's own, and those on both paths."""
    fact = step.fact
    assert isinstance(fact, Moved)
    found = {name}
    for state, path in ((step.newer, fact.to), (step.older, fact.old)):
        component: Component | None = state[side][name]
        for segment in path.split(".")[:-1]:
            if component is None or segment not in component.properties:
                break
            component = behind(component.properties[segment], state[side])
            if component is not None:
                found.add(component.name)
    return found
