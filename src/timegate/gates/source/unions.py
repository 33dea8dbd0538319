"""Writes how unions are converted: which arms there are, how each is converted, and how a value's arm is chosen."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.arms import Arm, Choice, distinguishable
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.schema_edits import without_arm
from timegate.history.steps import ModelIntroduced
from timegate.typing import Schema, is_object, type_of
from timegate.wire.json_types import listed_values
from timegate.wire.marks import DISCRIMINATOR_MARK, NEWER_ARMS_MARK, CallableDiscriminator
from timegate.wire.schema import NULL, REF_PREFIX, referred
from timegate.wire.wire import Component

_AT_HEAD: Final = Conversion(0, 0)


def write_union(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write how the value of a variable is converted by the arm that it fits."""
    leaves = _merge_containers(_leaves(module, schema, conversion, frozenset()))
    touched = [leaf for leaf in leaves if module.reach.needs(leaf, conversion)]
    newer = _newer_arms(module, schema, conversion)
    if len(touched) == 1 and not newer and not _introduction(module, touched[0], conversion):
        (only,) = touched
        types = module.reach.python_types(only, conversion.src)
        others = frozenset[type]().union(
            *(module.reach.python_types(leaf, conversion.src) for leaf in leaves if leaf is not only)
        )
        if not types & others:
            with writer.block(f"if type({var}) in {module.name(types)}:"):
                module.walk(writer, only, var, conversion)
            if not module.upgrades:
                with writer.block(f"elif type({var}) not in {module.name(others)}:"):
                    writer.add("refuse(E, 'no arm of the union fits', None)")
            return
    choice = _choice(module, schema, leaves, newer, conversion)
    writer.add(f"{var} = {module.name(choice, 'u')}({var})")


def _leaves(module: Module, schema: Schema, conversion: Conversion, seen: frozenset[str]) -> list[Schema]:
    """The arms of a union, with the arms of nested unions in their place."""
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        return [leaf for arm in arms for leaf in _leaves(module, arm, conversion, seen)]
    name = referred(schema)
    if name is not None and name not in seen:
        inner = module.reach.component(name, conversion.src)
        if ("anyOf" in inner.schema or "oneOf" in inner.schema) and not module.reach.own(name, conversion):
            return _leaves(module, inner.schema, conversion, seen | {name})
    return [{key: value for key, value in schema.items() if key != NEWER_ARMS_MARK}]


def _merge_containers(leaves: list[Schema]) -> list[Schema]:
    """Merge lists of different items, or dicts of different values, into one arm: each item then finds its own arm."""
    merged: list[Schema] = []
    for keyword in ("items", "additionalProperties"):
        same = [
            leaf
            for leaf in leaves
            if is_object(leaf.get(keyword)) and leaf.keys().isdisjoint({"properties", "$ref", "prefixItems"})
        ]
        if len(same) > 1:
            leaves = [leaf for leaf in leaves if not any(leaf is other for other in same)]
            merged.append({"type": same[0].get("type"), keyword: {"anyOf": [leaf[keyword] for leaf in same]}})
    return leaves + merged


def _newer_arms(module: Module, schema: Schema, conversion: Conversion) -> list[str]:
    """The arms that only newer versions have, for a request that comes from a client."""
    if not (module.upgrades and conversion.from_client):
        return []
    found: list[str] = list(schema.get(NEWER_ARMS_MARK, ()))
    for arm in schema.get("anyOf") or schema.get("oneOf") or ():
        found += _newer_arms(module, arm, conversion)
    return list(dict.fromkeys(found))


def _introduction(module: Module, leaf: Schema, conversion: Conversion) -> tuple[int, ModelIntroduced] | None:
    """Where a downgrade crosses the introduction of an arm, and what replaces the arm."""
    name = referred(leaf)
    return None if name is None or module.upgrades else module.reach.introduction(name, conversion.boundaries)


def _choice(module: Module, schema: Schema, leaves: list[Schema], newer: list[str], conversion: Conversion) -> Choice:
    arms = [_arm(module, schema, leaf, conversion) for leaf in leaves]
    arms += [_newer_arm(module, name) for name in newer]
    choice = Choice(arms, module.error)
    by_name = {arm.name: arm for arm in arms}
    discriminator = schema.get("discriminator")
    if is_object(discriminator) and is_object(discriminator.get("mapping")):
        targets = {tag: str(target).removeprefix(REF_PREFIX) for tag, target in discriminator["mapping"].items()}
        if all(target in by_name for target in targets.values()):
            choice.tag = discriminator["propertyName"]
            choice.table = {(type(tag), tag): by_name[target] for tag, target in targets.items()}
            choice.table.update(_unique_tags(arms, discriminator["propertyName"]))
    noted = schema.get(DISCRIMINATOR_MARK)
    if isinstance(noted, CallableDiscriminator):
        choice.pick = noted.pick
        choice.pick_first = not module.upgrades and conversion.src == 0
        choice.picked = {tag: by_name[name] for tag, arm in noted.arms if (name := referred(arm)) in by_name}
    unknown = frozenset[str]().union(*(arm.known if arm.refused else arm.newer_keys for arm in arms))
    unknown -= frozenset[str]().union(*(arm.known for arm in arms if arm.refused is None))
    for arm in arms:
        arm.unknown_keys = unknown
    if choice.pick is None:
        module.ambiguous += [
            (one.name, other.name)
            for one, other in combinations([arm for arm in arms if arm.function is not None], 2)
            if one.function != other.function and not distinguishable(one, other)
        ]
    module.choices.append(choice)
    return choice


def _unique_tags(arms: list[Arm], key: str) -> dict[tuple[type, Any], Arm]:
    """The arm of each value of a tag that belongs to one arm only."""
    owners: dict[tuple[type, Any], list[Arm]] = {}
    for arm in arms:
        for value in arm.tags.get(key, ()):
            owners.setdefault(value, []).append(arm)
    return {value: found[0] for value, found in owners.items() if len(found) == 1}


def _arm(module: Module, union: Schema, leaf: Schema, conversion: Conversion) -> Arm:
    name = referred(leaf)
    component = None if name is None else module.reach.component(name, conversion.src)
    arm = _described(module, component, leaf, conversion)
    introduction = _introduction(module, leaf, conversion)
    if introduction is not None:
        arm.function = _replacing_function(module, union, leaf, introduction, conversion)
    elif module.reach.needs(leaf, conversion):
        arm.function = module.root(leaf, conversion)
    if component is not None and module.upgrades and conversion.from_client:
        _note_newer(module, component, arm, conversion)
    return arm


def _note_newer(module: Module, component: Component, arm: Arm, conversion: Conversion) -> None:
    """Note the keys and tags that head's version of an arm has and the client's lacks, so that they can be refused."""
    head = module.reach.components(0).get(component.name)
    if head is None:
        return
    newest = _described(module, head, {"type": "object"}, _AT_HEAD)
    if module.reach.own(component.name, conversion):
        arm.newer_keys = newest.known - arm.known
    arm.newer_tags = {
        key: values - arm.tags[key] for key, values in newest.tags.items() if values - arm.tags.get(key, values)
    }


def _described(module: Module, component: Component | None, leaf: Schema, conversion: Conversion) -> Arm:
    types = module.reach.python_types(leaf, conversion.src)
    if component is None:
        return Arm(str(leaf.get("title") or leaf.get("type") or "value"), types)
    listed = {key: _listed_values(module, schema, conversion) for key, schema in component.properties.items()}
    return Arm(
        component.name,
        types,
        tags={
            key: frozenset((type_of(value), value) for value in values)
            for key, values in listed.items()
            if values is not None
        },
        required=frozenset(component.required),
        known=frozenset(spelling for key in component.properties for spelling in component.accepted(key)),
        closed=component.closed,
    )


def _listed_values(module: Module, schema: Schema, conversion: Conversion) -> list[Any] | None:
    """The only values that a property may have; None where its schema does not list them."""
    values = listed_values(schema)
    if values is not None:
        return values
    name = referred(schema)
    if name is not None:
        return _listed_values(module, module.reach.component(name, conversion.src).schema, conversion)
    arms = schema.get("anyOf") or schema.get("oneOf") or ()
    by_arm = [[None] if arm == NULL else _listed_values(module, arm, conversion) for arm in arms]
    found = [values for values in by_arm if values is not None]
    return [value for values in found for value in values] if arms and len(found) == len(by_arm) else None


def _newer_arm(module: Module, name: str) -> Arm:
    """An arm that the client's version does not have, in head's shape, so that its payloads can be refused."""
    component = module.reach.component(name, 0)
    introduction = module.reach.introduction(name, reversed(range(len(module.reach.history.wires))))
    arm = _described(module, component, {"type": "object"}, _AT_HEAD)
    arm.refused = None if introduction is None else introduction[1].origin
    arm.name = component.display_name
    return arm


def _replacing_function(
    module: Module, union: Schema, leaf: Schema, introduction: tuple[int, ModelIntroduced], conversion: Conversion
) -> str:
    """A function that downgrades an arm until its introduction, replaces it there, and downgrades the replacement."""
    boundary, step = introduction
    name = referred(leaf)
    assert name is not None
    function, writer = module.fresh("s"), Writer()
    with writer.block(f"def {function}(v):"):
        module.walk(writer, leaf, "v", conversion.part(conversion.src, boundary))
        origin = module.name(step.origin)
        if step.seen_as is UNSET:
            writer.add(f"refuse(E, 'nothing stands in for {name}', {origin})")
        elif callable(step.seen_as):
            writer.add(f"v = copy_json(apply({module.name(step.seen_as, 'f')}, v, {origin}, E, None))")
        else:
            writer.add(f"v = copy_json({module.name(step.seen_as)})")
        rest = Conversion(boundary, conversion.dst, to_client=conversion.to_client)
        module.walk(writer, without_arm(union, name), "v", rest)
        writer.add("return v")
    module.add_source(writer)
    return function
