"""Writes the source of unions: which arms there are, what each does, and how one is chosen."""

from __future__ import annotations

from typing import Any

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.arms import Arm, Choice, told_apart
from timegate.gates.source.module import Module, Writer
from timegate.history.schema_edits import without_arm
from timegate.history.steps import ModelIntroduced, Origin
from timegate.typing import Schema, is_object, type_of
from timegate.wire.json_types import python_types
from timegate.wire.marks import DISCRIMINATOR_MARK, MARK_PREFIX
from timegate.wire.marks import CallableDiscriminator as Callable
from timegate.wire.schema import REF_PREFIX, referred
from timegate.wire.wire import Component

ASIDE = MARK_PREFIX + "aside"


def write_union(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write what takes the value of a variable through a journey by the arm it fits."""
    leaves = _leaves(module, schema, conversion, frozenset())
    leaves = _joined(leaves)
    busy = [leaf for leaf in leaves if module.reach.needs(leaf, conversion)]
    aside = _aside(module, schema, conversion)
    kinds = [python_types(leaf, lambda name: module.reach.component(name, conversion.src)) for leaf in leaves]
    if len(busy) == 1 and not aside and not _unknown(module, busy[0], conversion):
        mine = kinds[leaves.index(busy[0])]
        others = frozenset[type]().union(
            *(kind for leaf, kind in zip(leaves, kinds, strict=True) if leaf is not busy[0])
        )
        if not mine & others:
            with writer.block(f"if type({var}) in {module.name(mine)}:"):
                module.walk(writer, busy[0], var, conversion)
            if not module.up:
                with writer.block(f"elif type({var}) not in {module.name(others)}:"):
                    writer.add("refuse(E, 'no arm of the union fits', None)")
            return
    choice = _choice(module, schema, leaves, aside, conversion)
    writer.add(f"{var} = {module.name(choice, 'u')}({var})")


def _leaves(module: Module, schema: Schema, conversion: Conversion, seen: frozenset[str]) -> list[Schema]:
    """The alternatives of a union, unions within it opened."""
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        return [leaf for arm in arms for leaf in _leaves(module, arm, conversion, seen)]
    name = referred(schema)
    if name is not None and name not in seen:
        inner = module.reach.component(name, conversion.src)
        if ("anyOf" in inner.schema or "oneOf" in inner.schema) and not module.reach.own(name, conversion):
            return _leaves(module, inner.schema, conversion, seen | {name})
    return [{key: value for key, value in schema.items() if key != ASIDE}]


def _joined(leaves: list[Schema]) -> list[Schema]:
    """Lists of different items, or dicts of different values, as one: each item then finds its own arm."""
    joined: list[Schema] = []
    for keyword in ("items", "additionalProperties"):
        same = [leaf for leaf in leaves if set(leaf) & {keyword} and "properties" not in leaf and "$ref" not in leaf]
        same = [leaf for leaf in same if is_object(leaf[keyword]) and "prefixItems" not in leaf]
        if len(same) > 1:
            arms = [leaf[keyword] for leaf in same]
            leaves = [leaf for leaf in leaves if not any(leaf is one for one in same)]
            joined.append({"type": same[0].get("type"), keyword: {"anyOf": arms}})
    return leaves + joined


def _aside(module: Module, schema: Schema, conversion: Conversion) -> list[str]:
    """The arms that newer versions have and this one does not, for a request that comes from a client."""
    if not (module.up and conversion.from_client):
        return []
    found: list[str] = list(schema.get(ASIDE, ()))
    for arm in schema.get("anyOf") or schema.get("oneOf") or ():
        found += _aside(module, arm, conversion)
    return list(dict.fromkeys(found))


def _unknown(module: Module, leaf: Schema, conversion: Conversion) -> tuple[int, ModelIntroduced] | None:
    """Where on a journey to an older version an arm stops to exist, and what stands in for it."""
    name = referred(leaf)
    if name is None or module.up:
        return None
    for boundary in conversion.boundaries:
        for step in module.reach.steps(name, boundary):
            if isinstance(step, ModelIntroduced):
                return boundary, step
    return None


def _choice(module: Module, schema: Schema, leaves: list[Schema], aside: list[str], conversion: Conversion) -> Choice:
    arms = [_arm(module, schema, leaf, conversion) for leaf in leaves]
    arms += [_kept_aside(module, name, conversion) for name in aside]
    choice = Choice(arms, module.error)
    by_name = {arm.name: arm for arm in arms}
    discriminator = _discriminator(module, schema, conversion)
    if discriminator is not None:
        key, mapping = discriminator
        if all(target in by_name for target in mapping.values()):
            choice.tag = key
            choice.table = {(type(tag), tag): by_name[target] for tag, target in mapping.items()}
            choice.table.update(_typed_tags(arms, key))
    noted = schema.get(DISCRIMINATOR_MARK)
    if isinstance(noted, Callable):
        choice.pick = noted.pick
        choice.pick_first = not module.up and conversion.src == 0
        choice.picked = {tag: by_name[name] for tag, arm in noted.arms if (name := referred(arm)) in by_name}
    newer = frozenset[str]().union(*(arm.known if arm.refused else arm.newer_keys for arm in arms))
    newer -= frozenset[str]().union(*(arm.known for arm in arms if arm.refused is None))
    for arm in arms:
        arm.strays = newer
    busy = [arm for arm in arms if arm.function is not None]
    for index, one in enumerate(busy):
        for other in busy[index + 1 :]:
            if one.function != other.function and not told_apart(one, other) and choice.pick is None:
                module.ambiguous.append((one.name, other.name))
    module.choices.append(choice)
    return choice


def _typed_tags(arms: list[Arm], key: str) -> dict[tuple[type, Any], Arm]:
    """Tags by their JSON type, of those values that belong to one arm only."""
    found: dict[tuple[type, Any], list[Arm]] = {}
    for arm in arms:
        for value in arm.tags.get(key, ()):
            found.setdefault(value, []).append(arm)
    return {value: owners[0] for value, owners in found.items() if len(owners) == 1}


def _discriminator(module: Module, schema: Schema, conversion: Conversion) -> tuple[str, dict[Any, str]] | None:
    found = schema.get("discriminator")
    if not is_object(found) or not is_object(found.get("mapping")):
        return None
    mapping = {tag: str(target).removeprefix(REF_PREFIX) for tag, target in found["mapping"].items()}
    return found["propertyName"], mapping


def _arm(module: Module, union: Schema, leaf: Schema, conversion: Conversion) -> Arm:
    component = _component(module, leaf, conversion)
    arm = _described(module, component, leaf, conversion)
    unknown = _unknown(module, leaf, conversion)
    if unknown is not None:
        arm.function = _stand_in(module, union, leaf, unknown, conversion)
    elif module.reach.needs(leaf, conversion):
        arm.function = module.root(leaf, conversion)
    if component is not None and module.up and conversion.from_client:
        _add_newer(module, component, arm, conversion)
    return arm


def _add_newer(module: Module, component: Component, arm: Arm, conversion: Conversion) -> None:
    """Note what head's shape of an arm has and the client's lacks: it is no less refused where no arm fits."""
    head = module.reach.history.wires[0].components(module.reach.side).get(component.name)
    if head is None:
        return
    newest = _described(module, head, {"type": "object"}, Conversion(0, 0, False, False))
    if module.reach.own(component.name, conversion):
        arm.newer_keys = newest.known - arm.known
    arm.newer_tags = {
        key: values - arm.tags[key] for key, values in newest.tags.items() if values - arm.tags.get(key, values)
    }


def _component(module: Module, leaf: Schema, conversion: Conversion) -> Component | None:
    name = referred(leaf)
    return None if name is None else module.reach.component(name, conversion.src)


def _described(module: Module, component: Component | None, leaf: Schema, conversion: Conversion) -> Arm:
    types = python_types(leaf, lambda name: module.reach.component(name, conversion.src))
    if component is None:
        return Arm(str(leaf.get("title") or leaf.get("type") or "value"), types)
    tags: dict[str, frozenset[tuple[type, Any]]] = {}
    for key, schema in component.properties.items():
        values = _fixed(module, schema, conversion)
        if values is not None:
            tags[key] = frozenset((type_of(value), value) for value in values)
    return Arm(
        component.name,
        types,
        tags,
        frozenset(component.required),
        frozenset(spelling for key in component.properties for spelling in component.accepted(key)),
        component.closed,
    )


def _fixed(module: Module, schema: Schema, conversion: Conversion) -> list[Any] | None:
    """The values a property may have, where its schema lists them."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    name = referred(schema)
    if name is not None:
        return _fixed(module, module.reach.component(name, conversion.src).schema, conversion)
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        found = [[None] if arm == {"type": "null"} else _fixed(module, arm, conversion) for arm in arms]
        if all(values is not None for values in found):
            return [value for values in found if values is not None for value in values]
    return None


def _kept_aside(module: Module, name: str, conversion: Conversion) -> Arm:
    """An arm that the client's version lacks, in head's shape, so that it is recognised and refused."""
    component = module.reach.component(name, 0)
    origin: Origin | None = None
    for boundary in range(len(module.reach.history.wires)):
        for step in module.reach.steps(name, boundary):
            if isinstance(step, ModelIntroduced):
                origin = step.origin
    arm = _described(module, component, {"type": "object"}, Conversion(0, 0, False, False))
    arm.refused = origin
    arm.name = component.display_name
    return arm


def _stand_in(
    module: Module, union: Schema, leaf: Schema, unknown: tuple[int, ModelIntroduced], conversion: Conversion
) -> str:
    """A function that takes an arm to where it stops to exist, puts what stands in for it, and goes on from there."""
    boundary, step = unknown
    name = referred(leaf)
    assert name is not None
    function = module.fresh("s")
    writer = Writer()
    with writer.block(f"def {function}(v):"):
        module.walk(writer, leaf, "v", conversion.part(conversion.src, boundary))
        origin_name = module.name(step.origin)
        if step.seen_as is UNSET:
            writer.add(f"refuse(E, 'nothing stands in for {name}', {origin_name})")
        elif callable(step.seen_as):
            writer.add(f"v = copy_json(called({module.name(step.seen_as, 'f')}, v, {origin_name}, E, None))")
        else:
            writer.add(f"v = copy_json({module.name(step.seen_as)})")
        rest = Conversion(boundary, conversion.dst, False, conversion.to_client)
        module.walk(writer, without_arm(union, name), "v", rest)
        writer.add("return v")
    module.source += writer.lines
    return function
