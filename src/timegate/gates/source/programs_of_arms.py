"""Writes what becomes of the arms of a union, and what stands in for those that came later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.choice import Choice
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.schema_edits import with_arms_joined, without_arms
from timegate.history.steps import ModelIntroduced
from timegate.typing import Schema
from timegate.wire.json_types import has_keys, listed_values
from timegate.wire.schema import arms_of, referred

Choose: TypeAlias = Callable[[Module, Schema, Conversion], Choice]
"""Makes the choice from the arms of a union."""


def introduction_of(module: Module, leaf: Schema, conversion: Conversion) -> tuple[int, ModelIntroduced] | None:
    """Where a downgrade crosses the introduction of an arm, and what replaces the arm."""
    name = referred(leaf)
    return None if name is None or module.upgrades else module.reach.introduction(name, conversion.boundaries)


def add_programs(
    module: Module,
    choice: Choice,
    schema: Schema,
    leaves: list[Schema],
    conversion: Conversion,
    choose: Choose,
) -> None:
    """Give each arm its program: what it becomes, or what stands in for it in versions that do not have it.

    Args:
        module: the module to write.
        choice: from the arms.
        schema: the union.
        leaves: the schemas of its arms.
        conversion: what the module's programs do.
        choose: makes the choice from the arms of another union.
    """
    came = [introduction_of(module, leaf, conversion) for leaf in leaves]
    for arm, leaf, introduction in zip(choice.arms, leaves, came, strict=True):
        if introduction is not None:
            arm.came = introduction[1].undone
        elif module.reach.needs(leaf, conversion):
            arm.function = arm.always = module.root(leaf, conversion)
    others = frozenset[str]().union(
        *(module.reach.names_in(leaf) for leaf, one in zip(leaves, came, strict=True) if one is None)
    )
    # The arms that came first are there the longest: where one came, those before it in this order were there.
    introduced = [
        (*one, arm, leaf) for one, arm, leaf in zip(came, choice.arms, leaves, strict=True) if one is not None
    ]
    introduced.sort(key=lambda one: -one[1].undone)
    arms = [(boundary, leaf) for boundary, _, _, leaf in introduced]
    unions = _Unions(module, module.name(choice, "u"), schema, conversion, choose, others, arms)
    for boundary, step, arm, leaf in introduced:
        newer, older = conversion.part(conversion.src, boundary), conversion.part(boundary, conversion.dst)
        is_changed = not module.reach.touched(older).isdisjoint(others.union(unions.retired(boundary)))
        rest = f"{unions.at(boundary)}(v, {step.undone})" if is_changed else None
        arm.function = arm.always = _replacing_function(module, leaf, step, newer, rest)
        others |= module.reach.names_in(leaf)


@dataclass
class _Unions:
    """The unions in which what stands in for an arm finds its own: one for all versions at which the arms are the same.

    Args:
        module: the module to write.
        name: of the choice from all arms.
        schema: the union.
        conversion: what the module's programs do.
        choose: makes the choice from the arms of another union.
        others: the components of the arms that were there always.
        introduced: those that came, the first one first, each with its boundary.
    """

    module: Module
    name: str
    schema: Schema
    conversion: Conversion
    choose: Choose
    others: frozenset[str]
    introduced: Sequence[tuple[int, Schema]]

    def at(self, boundary: int) -> str:
        """The name of the choice for what stands in at a boundary."""
        retired = self.retired(boundary)
        start = boundary if retired else self._starts[boundary]
        if start == self.conversion.src:
            # They are now what they were then, and have a program each.
            return self.name
        if start not in self._names:
            gone = {str(referred(leaf)) for came, leaf in self.introduced if came < start}
            older = self.conversion.part(start, self.conversion.dst)
            keyword = "anyOf" if "anyOf" in self.schema else "oneOf"
            union = with_arms_joined(self.schema, keyword, retired) if retired else self.schema
            self._names[start] = self.module.union(without_arms(union, gone), older, self.choose)
        return self._names[start]

    def retired(self, version: int) -> Mapping[str, Sequence[str]]:
        """The arms of a version that were retired since, each with its tags: they may stand in for one that came."""
        components = self.module.reach.components(version)
        tag = self.schema.get("discriminator", {}).get("propertyName")
        there = {name: components[name] for name in self._ever_retired if has_keys(components[name].schema)}
        return {name: list(map(str, listed_values(one.properties.get(tag, {})) or ())) for name, one in there.items()}

    @cached_property
    def _ever_retired(self) -> Sequence[str]:
        """The components that were an arm, and are read as some of the arms since."""
        arms = [name for arm in arms_of(self.schema) if (name := referred(arm)) is not None]
        read_as = self.module.read_as_arms
        newest = self.module.reach.components(self.conversion.src)
        found = (name for arm in arms for name in read_as.get(arm, ()) if not has_keys(newest[name].schema))
        return [name for name in found if set(map(referred, arms_of(newest[name].schema))).issubset(arms)]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {}

    @cached_property
    def _starts(self) -> dict[int, int]:
        """For each boundary the newest version since which no arm that was there has changed."""
        there: dict[int, frozenset[str]] = {}
        names = self.others
        for boundary, leaf in self.introduced:
            names |= self.module.reach.names_in(leaf)
            there[boundary] = names
        found, start = dict[int, int](), self.conversion.src
        for boundary in sorted(there):
            since = self.conversion.part(start, boundary)
            start = start if self.module.reach.touched(since).isdisjoint(there[boundary]) else boundary
            found[boundary] = start
        return found


def _replacing_function(
    module: Module, leaf: Schema, step: ModelIntroduced, newer: Conversion, rest: str | None
) -> str:
    """A function that downgrades an arm until its introduction, replaces it there, and downgrades the replacement.

    Args:
        module: the module to write.
        leaf: the arm.
        step: its introduction.
        newer: the conversion until there.
        rest: an expression for the downgraded replacement; None where it stays as it is.
    """
    name = referred(leaf)
    assert name is not None
    function, stand_in, writer = module.fresh("s"), "", Writer()
    with writer.block(f"def {function}(v):"):
        if callable(step.seen_as) and newer.left_out is not None:
            module.walk(writer, leaf, "v", newer.completing)
        module.walk(writer, leaf, "v", newer)
        module.replaced(writer, step.origin)
        origin = module.name(step.origin)
        if step.seen_as is UNSET:
            writer.add(f"refuse(E, 'nothing stands in for {name}', {origin})")
        elif callable(step.seen_as):
            writer.add(f"v = copy_json(apply({module.name(step.seen_as, 'f')}, v, {origin}, E))")
            writer.add(f"return {rest or 'v'}")
        else:
            module.stand_ins.append((name, stand_in := module.fresh("s"), step.origin))
            writer.add(f"return {stand_in}()")
    if stand_in:
        with writer.block(f"def {stand_in}():"):
            writer.add(f"v = copy_json({module.name(step.seen_as)})")
            writer.add(f"return {rest or 'v'}")
    module.add_source(writer)
    return function
