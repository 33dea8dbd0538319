"""How facts about whole models and enum members are undone."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from timegate.changes.base import UNSET, name_of
from timegate.changes.models import EnumFact, Grew, Introduced, MemberRenamed, Reshaped, Shrank, WasNamed
from timegate.history.builder import HistoryBuilder, model_name
from timegate.history.schema_edits import without_arm
from timegate.history.steps import MembersChanged, ModelIntroduced, ObjectConverted, Origin
from timegate.history.undo import undo
from timegate.history.undo_fields import with_roots
from timegate.wire.paths import plain_path
from timegate.wire.schema import references, referred
from timegate.wire.wire import SIDES, Component, Side


@undo.register
def _was_named(fact: WasNamed, builder: HistoryBuilder) -> None:
    for model, side, component in builder.targets(fact.models, None):
        if component.display_name == fact.name:
            builder.fault(name_of(model), f"it is called {fact.name!r} already", f"take {builder.fact} out")
            continue
        builder.put(side, replace(component, display_name=fact.name))


@undo.register
def _introduced(fact: Introduced, builder: HistoryBuilder) -> None:
    for model, side, component in builder.targets(fact.models, None):
        name, drop = component.name, partial(without_arm, name=component.name)
        in_union = False
        for other in list(builder.wire.components(side).values()):
            schema = drop(other.schema)
            if schema != other.schema:
                in_union = True
                builder.put(side, replace(other, schema=schema))
        before = builder.wire
        builder.wire = with_roots(builder.wire, side, drop)
        in_union = in_union or builder.wire != before
        if side == "responses" and in_union and fact.seen_as is UNSET:
            builder.fault(
                name_of(model),
                "it is an arm of a union in a response, and nothing says what old clients read in its place",
                f"{builder.line('seen_as=…')} with a value of another arm, or a function of the object that gives one",
            )
        builder.put(side, replace(builder.component(side, name), exists=False))
        builder.record(side, name, ModelIntroduced(builder.origin, fact.seen_as), "*")


def leftovers(builder: HistoryBuilder, side: Side) -> None:
    """Blame the places where payloads can still hold a component that this version does not have."""
    components = builder.wire.components(side)
    if all(component.exists for component in components.values()):
        return
    reachable = builder.wire.reachable(side)
    for name, place in reachable.items():
        if components[name].exists:
            continue
        older = builder.values[builder.boundary + 1]
        problem = f"it holds {components[name].display_name}, which version {older} does not have"
        origin = _end_of(builder, side, name)
        holders = [
            (holder, key)
            for holder in reachable
            for key, schema in components[holder].properties.items()
            if name in references(schema)
        ]
        for holder, key in holders:
            name_of_holder = components[holder].display_name
            remedy = f"on({name_of_holder}).added({key!r}) in the same version, if older ones lack the field"
            builder.fault(f"{name_of_holder}.{key}", problem, remedy, origin)
        if not holders:
            builder.fault(place, problem, _remedy_at_root(builder, side, name), origin)


def _end_of(builder: HistoryBuilder, side: Side, name: str) -> Origin | None:
    """Who said that a component does not exist in older versions."""
    for boundary in range(builder.boundary, -1, -1):
        for step in builder.steps.get((side, name, boundary), ()):
            if isinstance(step, ModelIntroduced):
                return step.origin
    return None


def _remedy_at_root(builder: HistoryBuilder, side: Side, name: str) -> str:
    for operation in builder.wire.operations:
        bodies = [operation.request] if side == "requests" else list(operation.responses.values())
        if operation.exists and any(body is not None and name in references(body.schema) for body in bodies):
            return f"endpoint({plain_path(operation.path)!r}, {operation.method!r}).added() in the same version"
    return "make it an arm of a union with what older versions have at this place"


@undo.register
def _reshaped(fact: Reshaped, builder: HistoryBuilder) -> None:
    for model, side, component in builder.targets(fact.models, None):
        if side == "requests" and fact.loses is None and fact.loss.value == "to head":
            builder.fault(
                name_of(model), "what old clients send here is lost", builder.line('loses="why nobody misses it"')
            )
        older = builder.type_of(side, fact)
        target = referred(older)
        shape = builder.component(side, target) if target is not None else Component(component.name, older)
        builder.put(
            side,
            replace(
                component,
                schema=shape.schema,
                fields=shape.fields,
                spellings=shape.spellings,
                uncertain=shape.uncertain,
            ),
        )
        step = ObjectConverted(builder.origin, component.schema, shape.schema, fact.to_head, fact.to_old)
        builder.record(side, component.name, step, "*")


def _value(member: Any) -> Any:
    return member.value if isinstance(member, enum.Enum) else member


def _members(component: Component) -> list[Any]:
    if "const" in component.schema and "enum" not in component.schema:
        return [component.schema["const"]]
    return list(component.schema.get("enum", ()))


def _with_members(component: Component, members: list[Any]) -> Component:
    schema = {key: value for key, value in component.schema.items() if key not in ("const", "enum")}
    return replace(component, schema={**schema, "enum": members})


def _enums(fact: EnumFact, builder: HistoryBuilder) -> Iterator[tuple[Side, Component, list[Any]]]:
    found = False
    for side in SIDES:
        for component in list(builder.wire.components(side).values()):
            if "enum" not in component.schema and "const" not in component.schema:
                continue
            about = fact.enum in (component.name, component.display_name) if isinstance(fact.enum, str) else False
            if about or (component.model is not None and component.model is fact.enum):
                found = True
                yield side, component, _members(component)
    if not found:
        builder.fault(
            model_name(fact.enum),
            "the app does not reach this enum, so the fact applies to nothing",
            f"name an enum of the contract, or take {fact} out",
        )


@undo.register
def _grew(fact: Grew, builder: HistoryBuilder) -> None:
    new = [_value(member) for member in fact.members]
    seen_as = fact.seen_as if fact.seen_as is UNSET else _value(fact.seen_as)
    for side, component, members in _enums(fact, builder):
        unknown = [member for member in new if member not in members]
        rest = [member for member in members if member not in new]
        place = name_of(fact.enum)
        if unknown:
            builder.fault(place, f"{unknown[0]!r} is no member right after this fact", f"name one of {members}")
            continue
        if side == "responses" and seen_as is UNSET:
            builder.fault(
                place,
                "it reaches responses, and nothing says what old clients read for the new members",
                f"{builder.line('seen_as=…')} with one of {rest}",
            )
        if seen_as is not UNSET and seen_as not in rest:
            builder.fault(place, f"seen_as={seen_as!r} is no member of the older version", f"take one of {rest}")
        builder.put(side, _with_members(component, rest))
        to_old = {} if seen_as is UNSET else dict.fromkeys(new, seen_as)
        step = MembersChanged(builder.origin, to_head={}, to_old=to_old, refused=tuple(new))
        builder.record(side, component.name, step, *map(str, new))


@undo.register
def _shrank(fact: Shrank, builder: HistoryBuilder) -> None:
    old, read_as = _value(fact.member), _value(fact.read_as)
    for side, component, members in _enums(fact, builder):
        if old in members:
            builder.fault(
                name_of(fact.enum), f"{old!r} is still a member right after this fact", f"take {builder.fact} out"
            )
            continue
        if read_as not in members:
            builder.fault(name_of(fact.enum), f"read_as={read_as!r} is no member of head", f"take one of {members}")
            continue
        if side == "requests" and fact.loses is None:
            builder.fault(
                name_of(fact.enum),
                "head cannot tell this member from the one it is read as",
                builder.line('loses="why nobody misses it"'),
            )
        builder.put(side, _with_members(component, [*members, old]))
        step = MembersChanged(builder.origin, to_head={old: read_as}, to_old={})
        builder.record(side, component.name, step, str(old))


@undo.register
def _member_renamed(fact: MemberRenamed, builder: HistoryBuilder) -> None:
    old, new = _value(fact.old), _value(fact.to)
    for side, component, members in _enums(fact, builder):
        if new not in members or old in members:
            wrong = f"{new!r} is no member right after this fact" if new not in members else f"{old!r} still is one"
            builder.fault(name_of(fact.enum), wrong, f"name one of {members}")
            continue
        builder.put(side, _with_members(component, [old if member == new else member for member in members]))
        step = MembersChanged(builder.origin, to_head={old: new}, to_old={new: old}, refused=(new,))
        builder.record(side, component.name, step, str(old), str(new))
