"""Writes how unions are converted: which arms there are, how each is converted, and how a value's arm is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from timegate.errors import ArmName
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.effects import effects_of
from timegate.gates.run.arms import Arm, do_the_same
from timegate.gates.run.callables import Asked
from timegate.gates.run.choice import NO_ARM, Choice
from timegate.gates.run.leaves import Tags, TypedValue
from timegate.gates.source.arms import describe, describe_newer
from timegate.gates.source.differing import Differing, members, to_compare
from timegate.gates.source.keywords import refuse_obstacles
from timegate.gates.source.leaves import has_all_keys
from timegate.gates.source.module import Module
from timegate.gates.source.programs_of_arms import add_programs, introduction_of
from timegate.gates.source.rivals import is_misread, may_be_read_as
from timegate.gates.source.telling_apart import distinguishable, told_by_one_key
from timegate.gates.source.writer import Writer
from timegate.history.steps import READ_OTHERWISE
from timegate.typing import Schema, is_object
from timegate.wire.marks import (
    APART_MARK,
    DISCRIMINATOR_MARK,
    LABELS_MARK,
    LEFT_TO_RIGHT_MARK,
    NEWER_ARMS_MARK,
    UNSURE_MARK,
    VALIDATED_MARK,
    CallableDiscriminator,
    Labels,
    Validated,
)
from timegate.wire.schema import NULL, REF_PREFIX, arms_of, referred


def write_union(module: Module, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
    """Write how the value of a variable is converted by the arm that it fits."""
    leaves = _arms(module, schema, conversion)
    touched = [leaf for leaf in leaves if module.reach.needs(leaf, conversion)]
    newer = _newer_arms(module, schema, conversion)
    if len(touched) == 1 and not newer and not introduction_of(module, touched[0], conversion):
        (only,) = touched
        others = [leaf for leaf in leaves if leaf is not only]
        if _write_alone(module, writer, only, others, var, conversion):
            return
    choice = _choice_from(module, schema, leaves, newer, conversion)
    writer.add(f"{var} = {module.name(choice, 'u')}({var})")


def _write_alone(
    module: Module, writer: Writer, only: Schema, others: list[Schema], var: str, conversion: Conversion
) -> bool:
    """Write the conversion by the only touched arm where its JSON type says that it is it; whether that is so."""
    mine = module.reach.python_types(only, conversion.src)
    rest = [module.shapes.leaf(leaf, conversion.src) for leaf in others]
    types = frozenset[type]().union(*(leaf.types for leaf in rest))
    own = module.shapes.leaf(only, conversion.src)
    # An object may be a named tuple, or what else has keys.
    named = module.upgrades and not conversion.described and any(leaf.tuple_like for leaf in (own, *rest))
    if mine & types or (named and dict in mine | types):
        return False
    if not module.upgrades:
        with writer.block(f"if type({var}) in {module.name(mine)}:"):
            module.walk(writer, only, var, conversion)
        # A null that no schema mentions passes.
        with writer.block(f"elif type({var}) not in {module.name(types | {type(None)})}:"):
            writer.add(f"refuse(E, {NO_ARM!r}, None)")
        return True
    if types <= {type(None)}:
        with writer.block(f"if {var} is not None:" if types else "if True:"):
            module.walk(writer, only, var, conversion)
        return True
    if mine.isdisjoint({dict, list}):
        # What is no member of an enum may be read by another arm.
        return False
    if any(leaf.is_scalar for leaf in rest) and not conversion.described:
        # What this arm can never be is left to head, whose other arms are those of the client.
        test = f"in {module.name(mine | {dict} if own.tuple_like else mine)}"
    else:
        test = f"not in {module.name(types)}"
    label = _model_name(module, only, conversion)
    with (
        writer.block(f"if type({var}) {test}:"),
        writer.errors_at(module.name(ArmName(label))) if label else nullcontext(),
    ):
        module.walk(writer, only, var, conversion)
    return True


def _arms(module: Module, schema: Schema, conversion: Conversion) -> list[Schema]:
    """The arms of a union; in a response, those that hold others at the same place are one."""
    leaves = _leaves(module, schema, conversion, set(), LEFT_TO_RIGHT_MARK in schema)
    return leaves if module.upgrades else _merge_containers(leaves, {APART_MARK: True} if _is_apart(schema) else {})


def _leaves(module: Module, schema: Schema, conversion: Conversion, seen: set[str], in_order: bool) -> list[Schema]:
    """The arms of a union, with the arms of nested unions in their place, each once.

    Args:
        module: the module to write.
        schema: the union, or an arm.
        conversion: what the module's programs do.
        seen: the texts of the arms so far; more are added.
        in_order: whether the union takes the first arm that reads a value; a nested one that does otherwise is an arm.
    """
    refuse_obstacles(schema, module.reach.touched(conversion))
    arms = arms_of(schema)
    if arms and (LEFT_TO_RIGHT_MARK in schema) == in_order:
        return [leaf for arm in arms for leaf in _leaves(module, arm, conversion, seen, in_order)]
    leaf = {key: value for key, value in schema.items() if key != NEWER_ARMS_MARK}
    text = repr(leaf)
    if text in seen:
        return []
    seen.add(text)
    name = referred(schema)
    if name is not None:
        inner = module.reach.component(name, conversion.src)
        if ("anyOf" in inner.schema or "oneOf" in inner.schema) and not module.reach.own(name, conversion):
            return _leaves(module, inner.schema, conversion, seen, in_order)
    return [leaf]


def _merge_containers(leaves: list[Schema], marks: Schema) -> list[Schema]:
    """Merge lists of different items, or dicts of different values, into one arm: each item then finds its own arm.

    All items that head has sent are of one arm; those of a client may not be, so that they are never merged.

    Args:
        leaves: the arms.
        marks: those that the union of the items has, as that of the arms has them.
    """
    merged: list[Schema] = []
    for keyword in ("items", "additionalProperties"):
        same = [
            leaf
            for leaf in leaves
            if is_object(leaf.get(keyword))
            and leaf.keys().isdisjoint({"properties", "$ref", "prefixItems", "propertyNames"})
        ]
        if len(same) > 1:
            leaves = [leaf for leaf in leaves if not any(leaf is other for other in same)]
            # Each item once: the items of a union that holds itself would become more with each level.
            inner = {repr(leaf[keyword]): leaf[keyword] for leaf in same}
            merged.append({"type": same[0].get("type"), keyword: {"anyOf": list(inner.values()), **marks}})
    return leaves + merged


def _newer_arms(module: Module, schema: Schema, conversion: Conversion) -> list[str]:
    """The arms that only newer versions have, for a request that comes from a client."""
    if not (module.upgrades and conversion.judges):
        return []
    found: list[str] = list(schema.get(NEWER_ARMS_MARK, ()))
    for arm in arms_of(schema):
        found += _newer_arms(module, arm, conversion)
    return list(dict.fromkeys(found))


def _choice(module: Module, schema: Schema, conversion: Conversion) -> Choice:
    return _choice_from(
        module, schema, _arms(module, schema, conversion), _newer_arms(module, schema, conversion), conversion
    )


def _choice_from(
    module: Module, schema: Schema, leaves: list[Schema], newer: list[str], conversion: Conversion
) -> Choice:
    arms = [describe(module.shapes, leaf, conversion) for leaf in leaves]
    for arm in arms if module.upgrades and UNSURE_MARK in schema else ():
        for one in filter(None, (arm, arm.at_head)):
            one.leaf = replace(one.leaf, sure=one.leaf.sure and schema[UNSURE_MARK] and not one.leaf.is_scalar)
    if module.upgrades:
        _note_formed(module, arms, schema.get(VALIDATED_MARK), conversion)
    choice = Choice(arms, module.error, in_order=LEFT_TO_RIGHT_MARK in schema)
    add_programs(module, choice, schema, leaves, conversion, _choice)
    arms += [describe_newer(module.shapes, name) for name in newer]
    choice.objects = [arm for arm in arms if dict in arm.leaf.kinds]
    left_out = conversion.left_out
    choice.in_part, choice.is_asking = left_out is not None, conversion.asking
    choice.names_lack = left_out is not None and (bool(left_out.excluded) or left_out.included is not None)
    choice.apart = not module.upgrades and _is_apart(schema)
    choice.complete = not (module.upgrades or choice.in_part) and all(
        _is_model(module, conversion, leaf) for leaf in leaves
    )
    by_name = {arm.name: arm for arm in arms}
    discriminator = _discriminator(schema)
    if is_object(discriminator):
        # Without a mapping the names of the components are the tags (OpenAPI 3.1, 4.8.25).
        mapping = discriminator.get("mapping", {name: name for name in map(referred, leaves) if name is not None})
        targets = {tag: str(target).removeprefix(REF_PREFIX) for tag, target in mapping.items()}
        if targets and all(target in by_name for target in targets.values()):
            tag = choice.tag = str(discriminator["propertyName"])
            choice.table = {(type(value), value): by_name[target] for value, target in targets.items()}
            choice.table.update(_unique_tags(arms, tag))
            owned: dict[str, list[TypedValue]] = {}
            for value, owner in choice.table.items():
                owned.setdefault(owner.name, []).append(value)
            for called, own in owned.items():
                # A document may say of the tag itself no more than that it is a text.
                by_name[called].tags.setdefault(tag, Tags(frozenset(own), listed=tuple(own)))
    noted = list(_callable_discriminators(schema))
    lacking = frozenset[str]() if module.upgrades else frozenset[str]().union(*(one.lacks(left_out) for one in noted))
    asked = [] if lacking else noted
    if len(asked) == 1:
        picked = {tag: by_name[name] for tag, arm in asked[0].arms if (name := referred(arm)) in by_name}
        is_first = not module.upgrades and conversion.src == 0
        asks_for_head = module.upgrades and asked[0].is_heads
        choice.asked = Asked(asked[0].pick, picked, asked[0].is_heads, is_first, asks_for_head)
        if asks_for_head:
            for arm, leaf in zip(arms, leaves, strict=False):
                if dict in arm.leaf.types:
                    arm.asking_function = module.root(leaf, conversion._replace(dst=0, asking=True))
    if module.upgrades:
        labelled = schema.get(LABELS_MARK)
        said = labelled.arms if isinstance(labelled, Labels) else ()
        labels = {tag: by_name[name] for tag, arm in said if (name := referred(arm)) in by_name}
        _label(module, choice, leaves, labels, conversion)
    unknown = frozenset[str]().union(*(arm.known if arm.refused else arm.newer_keys for arm in arms))
    unknown -= frozenset[str]().union(*(arm.known for arm in arms if arm.refused is None))
    for arm in arms:
        arm.unknown_keys = unknown
    _compare(module, choice, leaves, asked, lacking, conversion)
    module.choices.append(choice)
    return choice


def _note_formed(module: Module, arms: list[Arm], validated: Validated | None, conversion: Conversion) -> None:
    """Note of which arms a function of the app may make objects of others.

    Args:
        module: the module to write.
        arms: those of the union.
        validated: the values that functions at the union get; None where there are none.
        conversion: what the module's programs do.
    """
    both = [(one, arm) for arm in arms for one in (arm, arm.at_head) if one is not None]
    known = frozenset[str]().union(*(one.known for one, _ in both))
    components = module.reach.components(conversion.src)
    for one, arm in both:
        is_validated = validated is not None and arm.name in components and validated.is_of(components[arm.name].model)
        if isinstance(one.leaf.keyed, Arm) and (
            one.formed or is_validated or arm.name in module.reach.seen_by_validators
        ):
            one.beside = known if one.formed or is_validated else None
            one.formed = True
            one.leaf = replace(one.leaf, keyed=one)


def _compare(
    module: Module,
    choice: Choice,
    leaves: list[Schema],
    asked: list[CallableDiscriminator],
    lacking: frozenset[str],
    conversion: Conversion,
) -> None:
    """Compare the arms that their tags do not tell apart, and note those that nothing tells apart."""
    arms = choice.arms[: len(leaves)]
    by_tag = told_by_one_key([arm for arm in arms if dict in arm.leaf.types])
    comparable = [arm for arm in arms if not by_tag or arm.leaf.types != frozenset({dict})]
    told = set[int]() if choice.asked is None else {id(arm) for arm in choice.asked.arms.values()}
    if not by_tag:
        module.needed += [one.pick for one in asked]
    compared = set(map(id, to_compare(comparable, by_tag=by_tag)))
    if any(arm.leaf.tuple_like for arm in choice.objects):
        compared |= {id(arm) for arm in choice.objects}
    read = {
        id(arm)
        for arm, leaf in zip(arms, leaves, strict=True)
        if _is_of_a_class(module, conversion, leaf) and (arm.certain or not arm.is_dict)
    }
    for arm, leaf in zip(arms, leaves, strict=True):
        is_asked = choice.asked is not None and dict in arm.leaf.types
        if arm.is_touched and (id(arm) in compared or is_asked) and introduction_of(module, leaf, conversion) is None:
            arm.always, arm.effects = effects_of(module.reach, leaf, conversion)
    left_out = conversion.left_out
    defaults_lack = module.upgrades or (left_out is not None and left_out.defaults)
    module.ambiguous += [
        (one.name, other.name, lacking)
        for one, other in Differing(comparable).alike(by_tag=by_tag)
        if not choice.apart
        and not (id(one) in told and id(other) in told)
        # What is an object of a class, and what is left to `Any` or a dict, is decided as pydantic does.
        and not (module.upgrades and {id(one), id(other)} & read and any(map(_is_any_object, (one, other))))
        and not distinguishable(
            one, other, keys_may_lack=choice.in_part, names_lack=choice.names_lack, defaults_lack=defaults_lack
        )
        and not do_the_same(one, other)
    ]
    if not module.upgrades or choice.tag is not None or not conversion.judges or conversion.dst:
        # What ends at an older version is shown to people, and head reads none of it.
        return
    choice.has_rivals = len(arms) > 1
    differing = Differing(choice.arms)
    closed, every = differing.those(arm.closed for arm in choice.arms), differing.those(True for _ in choice.arms)
    otherwise = differing.those(_is_read_otherwise(module, leaf, conversion) for leaf in leaves)
    for index, arm in enumerate(choice.arms):
        if arm.refused is not None:
            continue
        among = differing.others(index) | (closed if arm.unknown_keys else 0)
        among |= every if otherwise >> index & 1 else otherwise
        others = [
            (at, other)
            for at, other in ((at, choice.arms[at]) for at in members(among))
            if other is not arm and may_be_read_as(arm, other, comes_first=at < index)
        ]
        arm.rivals = tuple(other for _, other in others) + differing.converted_alike(index)
        if choice.asked is None or not choice.asked.is_heads:
            module.misread += [
                (other.name, arm.name)
                for at, other in others
                if is_misread(arm, other, comes_first=at < index, in_order=choice.in_order)
            ]


def _is_read_otherwise(module: Module, leaf: Schema, conversion: Conversion) -> bool:
    """Whether head reads more or fewer values as an arm than the client's server did, whatever is done with them."""
    reach = module.reach
    return any(reach.has_step(name, READ_OTHERWISE, conversion.src) for name in reach.names_in(leaf))


def _label(
    module: Module, choice: Choice, leaves: list[Schema], labels: Mapping[str, Arm], conversion: Conversion
) -> None:
    """Give each arm the name that validation errors below it have: its tag, or else its model's."""
    if len([leaf for leaf in leaves if leaf != NULL]) < 2:
        return
    for arm, leaf in zip(choice.arms, leaves, strict=False):
        arm.label = _model_name(module, leaf, conversion)
    picked = None if choice.asked is None else choice.asked.arms
    tags: Mapping[Any, Arm] = {tag: arm for (_, tag), arm in choice.table.items()} or picked or labels
    for tag, arm in reversed(list(tags.items())):
        arm.label = str(tag)


def _model_name(module: Module, leaf: Schema, conversion: Conversion) -> str:
    name = referred(leaf)
    return "" if name is None else module.reach.component(name, conversion.src).arm_label


def _discriminator(schema: Schema) -> Any:
    """The discriminator of a union, or of the only arm beside null."""
    arms = [arm for arm in schema.get("anyOf", ()) if arm != NULL]
    return schema.get("discriminator") or (arms[0].get("discriminator") if len(arms) == 1 else None)


def _is_apart(schema: Schema) -> bool:
    """Whether somebody vouches for the values of a union, or of a union in it."""
    return APART_MARK in schema or any(map(_is_apart, arms_of(schema)))


def _callable_discriminators(schema: Schema) -> Iterator[CallableDiscriminator]:
    """The callable discriminators of a union and of the unions in it."""
    noted = schema.get(DISCRIMINATOR_MARK)
    if isinstance(noted, CallableDiscriminator):
        yield noted
    for arm in arms_of(schema):
        yield from _callable_discriminators(arm)


def _is_any_object(arm: Arm) -> bool:
    return arm.is_open and (arm.leaf.anything or arm.leaf.entries is not None)


def _is_of_a_class(module: Module, conversion: Conversion, leaf: Schema) -> bool:
    name = referred(leaf)
    return name is not None and module.reach.component(name, conversion.src).model is not None


def _is_model(module: Module, conversion: Conversion, leaf: Schema) -> bool:
    """Whether a leaf's objects have all their keys when head sends them."""
    name = referred(leaf)
    if name is None:
        return dict not in module.reach.python_types(leaf, conversion.src)
    return has_all_keys(module.reach.component(name, conversion.src))


def _unique_tags(arms: list[Arm], key: str) -> dict[TypedValue, Arm]:
    """The arm of each value of a tag that belongs to one arm only."""
    owners: dict[TypedValue, list[Arm]] = {}
    for arm in arms:
        if key in arm.tags:
            for value in sorted(arm.tags[key].values, key=repr):
                owners.setdefault(value, []).append(arm)
    return {value: found[0] for value, found in owners.items() if len(found) == 1}
