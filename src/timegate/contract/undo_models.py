"""How facts about whole models and enum members are undone."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from timegate.changes.base import UNSET, name_of
from timegate.changes.models import EnumFact, Grew, Introduced, MemberRenamed, Reshaped, Shrank, WasNamed
from timegate.contract.document import SIDES, Component, Side, plain_path, references, referred
from timegate.contract.edits import without_arm
from timegate.contract.lowering import undo
from timegate.contract.past import Past, said
from timegate.contract.steps import Members, Origin, Unknown, Whole
from timegate.contract.undo_fields import with_roots


@undo.register
def _was_named(fact: WasNamed, past: Past) -> None:
    for model, side, component in past.targets(fact.models, None):
        if component.shown == fact.name:
            past.blame(name_of(model), f"it is called {fact.name!r} already", f"take {past.fact} out")
            continue
        past.put(side, replace(component, shown=fact.name))


@undo.register
def _introduced(fact: Introduced, past: Past) -> None:
    for model, side, component in past.targets(fact.models, None):
        name, drop = component.name, partial(without_arm, name=component.name)
        in_union = False
        for other in list(past.wire.components(side).values()):
            schema = drop(other.schema)
            if schema != other.schema:
                in_union = True
                past.put(side, replace(other, schema=schema))
        before = past.wire
        past.wire = with_roots(past.wire, side, drop)
        in_union = in_union or past.wire != before
        if side == "responses" and in_union and fact.seen_as is UNSET:
            past.blame(
                name_of(model),
                "it is an arm of a union in a response, and nothing says what old clients read in its place",
                f"{past.line('seen_as=…')} with a value of another arm, or a function of the object that gives one",
            )
        past.put(side, replace(past.component(side, name), exists=False))
        past.record(side, name, Unknown(past.origin, fact.seen_as), "*")


def leftovers(past: Past, side: Side) -> None:
    """Blame the places where payloads can still hold a component that this version does not have."""
    components = past.wire.components(side)
    if all(component.exists for component in components.values()):
        return
    reachable = past.wire.reachable(side)
    for name, place in reachable.items():
        if components[name].exists:
            continue
        older = past.values[past.boundary + 1]
        problem = f"it holds {components[name].shown}, which version {older} does not have"
        origin = _end_of(past, side, name)
        holders = [
            (holder, key)
            for holder in reachable
            for key, schema in components[holder].properties.items()
            if name in references(schema)
        ]
        for holder, key in holders:
            remedy = f"on({components[holder].shown}).added({key!r}) in the same version, if older ones lack the field"
            past.blame(f"{components[holder].shown}.{key}", problem, remedy, origin)
        if not holders:
            past.blame(place, problem, _remedy_at_root(past, side, name), origin)


def _end_of(past: Past, side: Side, name: str) -> Origin | None:
    """Who said that a component does not exist in older versions."""
    for boundary in range(past.boundary, -1, -1):
        for step in past.steps.get((side, name, boundary), ()):
            if isinstance(step, Unknown):
                return step.origin
    return None


def _remedy_at_root(past: Past, side: Side, name: str) -> str:
    for operation in past.wire.operations:
        bodies = [operation.request] if side == "requests" else list(operation.answers.values())
        if operation.exists and any(body is not None and name in references(body.schema) for body in bodies):
            return f"endpoint({plain_path(operation.path)!r}, {operation.method!r}).added() in the same version"
    return "make it an arm of a union with what older versions have at this place"


@undo.register
def _reshaped(fact: Reshaped, past: Past) -> None:
    for model, side, component in past.targets(fact.models, None):
        if side == "requests" and fact.loses is None and fact.loss.value == "to head":
            past.blame(name_of(model), "what old clients send here is lost", past.line('loses="why nobody misses it"'))
        older = past.type_of(side, fact)
        target = referred(older)
        shape = past.component(side, target) if target is not None else Component(component.name, older)
        past.put(
            side,
            replace(
                component,
                schema=shape.schema,
                fields=shape.fields,
                spellings=shape.spellings,
                uncertain=shape.uncertain,
            ),
        )
        step = Whole(past.origin, component.schema, shape.schema, fact.to_head, fact.to_old)
        past.record(side, component.name, step, "*")


def _value(member: Any) -> Any:
    return member.value if isinstance(member, enum.Enum) else member


def _members(component: Component) -> list[Any]:
    if "const" in component.schema and "enum" not in component.schema:
        return [component.schema["const"]]
    return list(component.schema.get("enum", ()))


def _with_members(component: Component, members: list[Any]) -> Component:
    schema = {key: value for key, value in component.schema.items() if key not in ("const", "enum")}
    return replace(component, schema={**schema, "enum": members})


def _enums(fact: EnumFact, past: Past) -> Iterator[tuple[Side, Component, list[Any]]]:
    found = False
    for side in SIDES:
        for component in list(past.wire.components(side).values()):
            if "enum" not in component.schema and "const" not in component.schema:
                continue
            about = fact.enum in (component.name, component.shown) if isinstance(fact.enum, str) else False
            if about or (component.model is not None and component.model is fact.enum):
                found = True
                yield side, component, _members(component)
    if not found:
        past.blame(
            said(fact.enum),
            "the app does not reach this enum, so the fact applies to nothing",
            f"name an enum of the contract, or take {fact} out",
        )


@undo.register
def _grew(fact: Grew, past: Past) -> None:
    new = [_value(member) for member in fact.members]
    seen_as = fact.seen_as if fact.seen_as is UNSET else _value(fact.seen_as)
    for side, component, members in _enums(fact, past):
        unknown = [member for member in new if member not in members]
        rest = [member for member in members if member not in new]
        place = name_of(fact.enum)
        if unknown:
            past.blame(place, f"{unknown[0]!r} is no member right after this fact", f"name one of {members}")
            continue
        if side == "responses" and seen_as is UNSET:
            past.blame(
                place,
                "it reaches responses, and nothing says what old clients read for the new members",
                f"{past.line('seen_as=…')} with one of {rest}",
            )
        if seen_as is not UNSET and seen_as not in rest:
            past.blame(place, f"seen_as={seen_as!r} is no member of the older version", f"take one of {rest}")
        past.put(side, _with_members(component, rest))
        to_old = {} if seen_as is UNSET else dict.fromkeys(new, seen_as)
        step = Members(past.origin, to_head={}, to_old=to_old, refused=tuple(new))
        past.record(side, component.name, step, *map(str, new))


@undo.register
def _shrank(fact: Shrank, past: Past) -> None:
    old, read_as = _value(fact.member), _value(fact.read_as)
    for side, component, members in _enums(fact, past):
        if old in members:
            past.blame(name_of(fact.enum), f"{old!r} is still a member right after this fact", f"take {past.fact} out")
            continue
        if read_as not in members:
            past.blame(name_of(fact.enum), f"read_as={read_as!r} is no member of head", f"take one of {members}")
            continue
        if side == "requests" and fact.loses is None:
            past.blame(
                name_of(fact.enum),
                "head cannot tell this member from the one it is read as",
                past.line('loses="why nobody misses it"'),
            )
        past.put(side, _with_members(component, [*members, old]))
        step = Members(past.origin, to_head={old: read_as}, to_old={})
        past.record(side, component.name, step, str(old))


@undo.register
def _member_renamed(fact: MemberRenamed, past: Past) -> None:
    old, new = _value(fact.old), _value(fact.to)
    for side, component, members in _enums(fact, past):
        if new not in members or old in members:
            wrong = f"{new!r} is no member right after this fact" if new not in members else f"{old!r} still is one"
            past.blame(name_of(fact.enum), wrong, f"name one of {members}")
            continue
        past.put(side, _with_members(component, [old if member == new else member for member in members]))
        step = Members(past.origin, to_head={old: new}, to_old={new: old}, refused=(new,))
        past.record(side, component.name, step, str(old), str(new))
