"""Writes the source of unions: which arms there are, what each does, and how one is chosen."""

from __future__ import annotations

from typing import Any

from timegate.changes.base import UNSET
from timegate.contract.document import MARK_PREFIX, REF_PREFIX, Component, referred
from timegate.contract.edits import without_arm
from timegate.contract.shapes import CHOICE_MARK
from timegate.contract.shapes import Choice as Callable
from timegate.contract.steps import Origin, Unknown
from timegate.gates.arms import Arm, Choice, told_apart
from timegate.gates.emit import Module, Writer
from timegate.gates.kinds import python_types
from timegate.gates.reach import Journey
from timegate.typing import Schema, is_object, type_of

ASIDE = MARK_PREFIX + "aside"


def write_union(module: Module, writer: Writer, schema: Schema, var: str, journey: Journey) -> None:
    """Write what takes the value of a variable through a journey by the arm it fits."""
    leaves = _leaves(module, schema, journey, frozenset())
    leaves = _joined(leaves)
    busy = [leaf for leaf in leaves if module.reach.needs(leaf, journey)]
    aside = _aside(module, schema, journey)
    kinds = [python_types(leaf, lambda name: module.reach.component(name, journey.src)) for leaf in leaves]
    if len(busy) == 1 and not aside and not _unknown(module, busy[0], journey):
        mine = kinds[leaves.index(busy[0])]
        others = frozenset[type]().union(
            *(kind for leaf, kind in zip(leaves, kinds, strict=True) if leaf is not busy[0])
        )
        if not mine & others:
            with writer.block(f"if type({var}) in {module.name(mine)}:"):
                module.walk(writer, busy[0], var, journey)
            if not module.up:
                with writer.block(f"elif type({var}) not in {module.name(others)}:"):
                    writer.add("refuse(E, 'no arm of the union fits', None)")
            return
    choice = _choice(module, schema, leaves, aside, journey)
    writer.add(f"{var} = {module.name(choice, 'u')}({var})")


def _leaves(module: Module, schema: Schema, journey: Journey, seen: frozenset[str]) -> list[Schema]:
    """The alternatives of a union, unions within it opened."""
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        return [leaf for arm in arms for leaf in _leaves(module, arm, journey, seen)]
    name = referred(schema)
    if name is not None and name not in seen:
        inner = module.reach.component(name, journey.src)
        if ("anyOf" in inner.schema or "oneOf" in inner.schema) and not module.reach.own(name, journey):
            return _leaves(module, inner.schema, journey, seen | {name})
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


def _aside(module: Module, schema: Schema, journey: Journey) -> list[str]:
    """The arms that newer versions have and this one does not, for a request that comes from a client."""
    if not (module.up and journey.first):
        return []
    found: list[str] = list(schema.get(ASIDE, ()))
    for arm in schema.get("anyOf") or schema.get("oneOf") or ():
        found += _aside(module, arm, journey)
    return list(dict.fromkeys(found))


def _unknown(module: Module, leaf: Schema, journey: Journey) -> tuple[int, Unknown] | None:
    """Where on a journey to an older version an arm stops to exist, and what stands in for it."""
    name = referred(leaf)
    if name is None or module.up:
        return None
    for boundary in journey.boundaries:
        for step in module.reach.steps(name, boundary):
            if isinstance(step, Unknown):
                return boundary, step
    return None


def _choice(module: Module, schema: Schema, leaves: list[Schema], aside: list[str], journey: Journey) -> Choice:
    arms = [_arm(module, schema, leaf, journey) for leaf in leaves]
    arms += [_kept_aside(module, name, journey) for name in aside]
    choice = Choice(arms, module.error)
    by_name = {arm.name: arm for arm in arms}
    discriminator = _discriminator(module, schema, journey)
    if discriminator is not None:
        key, mapping = discriminator
        if all(target in by_name for target in mapping.values()):
            choice.tag = key
            choice.table = {(type(tag), tag): by_name[target] for tag, target in mapping.items()}
            choice.table.update(_typed_tags(arms, key))
    noted = schema.get(CHOICE_MARK)
    if isinstance(noted, Callable):
        choice.pick = noted.pick
        choice.pick_first = not module.up and journey.src == 0
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


def _discriminator(module: Module, schema: Schema, journey: Journey) -> tuple[str, dict[Any, str]] | None:
    found = schema.get("discriminator")
    if not is_object(found) or not is_object(found.get("mapping")):
        return None
    mapping = {tag: str(target).removeprefix(REF_PREFIX) for tag, target in found["mapping"].items()}
    return found["propertyName"], mapping


def _arm(module: Module, union: Schema, leaf: Schema, journey: Journey) -> Arm:
    component = _component(module, leaf, journey)
    arm = _described(module, component, leaf, journey)
    unknown = _unknown(module, leaf, journey)
    if unknown is not None:
        arm.function = _stand_in(module, union, leaf, unknown, journey)
    elif module.reach.needs(leaf, journey):
        arm.function = module.root(leaf, journey)
    if component is not None and module.up and journey.first:
        _add_newer(module, component, arm, journey)
    return arm


def _add_newer(module: Module, component: Component, arm: Arm, journey: Journey) -> None:
    """Note what head's shape of an arm has and the client's lacks: it is no less refused where no arm fits."""
    head = module.reach.past.wires[0].components(module.reach.side).get(component.name)
    if head is None:
        return
    newest = _described(module, head, {"type": "object"}, Journey(0, 0, False, False))
    if module.reach.own(component.name, journey):
        arm.newer_keys = newest.known - arm.known
    arm.newer_tags = {
        key: values - arm.tags[key] for key, values in newest.tags.items() if values - arm.tags.get(key, values)
    }


def _component(module: Module, leaf: Schema, journey: Journey) -> Component | None:
    name = referred(leaf)
    return None if name is None else module.reach.component(name, journey.src)


def _described(module: Module, component: Component | None, leaf: Schema, journey: Journey) -> Arm:
    types = python_types(leaf, lambda name: module.reach.component(name, journey.src))
    if component is None:
        return Arm(str(leaf.get("title") or leaf.get("type") or "value"), types)
    tags: dict[str, frozenset[tuple[type, Any]]] = {}
    for key, schema in component.properties.items():
        values = _fixed(module, schema, journey)
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


def _fixed(module: Module, schema: Schema, journey: Journey) -> list[Any] | None:
    """The values a property may have, where its schema lists them."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    name = referred(schema)
    if name is not None:
        return _fixed(module, module.reach.component(name, journey.src).schema, journey)
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        found = [[None] if arm == {"type": "null"} else _fixed(module, arm, journey) for arm in arms]
        if all(values is not None for values in found):
            return [value for values in found if values is not None for value in values]
    return None


def _kept_aside(module: Module, name: str, journey: Journey) -> Arm:
    """An arm that the client's version lacks, in head's shape, so that it is recognised and refused."""
    component = module.reach.component(name, 0)
    origin: Origin | None = None
    for boundary in range(len(module.reach.past.wires)):
        for step in module.reach.steps(name, boundary):
            if isinstance(step, Unknown):
                origin = step.origin
    arm = _described(module, component, {"type": "object"}, Journey(0, 0, False, False))
    arm.refused = origin
    arm.name = component.shown
    return arm


def _stand_in(module: Module, union: Schema, leaf: Schema, unknown: tuple[int, Unknown], journey: Journey) -> str:
    """A function that takes an arm to where it stops to exist, puts what stands in for it, and goes on from there."""
    boundary, step = unknown
    name = referred(leaf)
    assert name is not None
    function = module.fresh("s")
    writer = Writer()
    with writer.block(f"def {function}(v):"):
        module.walk(writer, leaf, "v", journey.part(journey.src, boundary))
        blame = module.name(step.origin)
        if step.seen_as is UNSET:
            writer.add(f"refuse(E, 'nothing stands in for {name}', {blame})")
        elif callable(step.seen_as):
            writer.add(f"v = copied(called({module.name(step.seen_as, 'f')}, v, {blame}, E, None))")
        else:
            writer.add(f"v = copied({module.name(step.seen_as)})")
        rest = Journey(boundary, journey.dst, False, journey.last)
        module.walk(writer, without_arm(union, name), "v", rest)
        writer.add("return v")
    module.source += writer.lines
    return function
