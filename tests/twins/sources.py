"""Draws other ways in which operations take and return what they do."""

from __future__ import annotations

import copy
from dataclasses import replace

from tests.twins.dice import Dice
from tests.twins.drawing import NAMES, Builder
from tests.twins.shapes import (
    INT,
    NONE,
    REQUIRED,
    STR,
    UUID_,
    DictOf,
    EnumOf,
    ListOf,
    ModelOf,
    Nullable,
    Operation,
    PairOf,
    Parameter,
    TupleOf,
    Type,
    UnionOf,
    World,
    parts,
)
from tests.twins.values import default_for

DASHED = ("page-size", "sort-by", "is-new")


def with_sources(world: World, dice: Dice, size: int) -> World:
    """Add operations, and change how others are written, by choices of their own.

    Args:
        world: what is added to.
        dice: what the choices depend on; it makes none.
        size: of the world.
    """
    builder = SourceBuilder(Dice(f"sources {copy.deepcopy(dice).number(0, 10**9)}"), size)
    builder.world = world
    builder.extend()
    for one in world.operations.values():
        builder.change(one)
    builder.add_by_name()
    return world


class SourceBuilder(Builder):
    """Draws operations with several bodies, bare values, unions and nothing."""

    def extend(self) -> None:
        for percent, add in (
            (30, self.add_embedded),
            (20, self.add_optional),
            (25, self.add_union),
            (20, self.add_bare),
            (15, self.add_without_body),
            (15, self.add_dashed),
        ):
            if self.dice.chance(percent):
                add()

    def change(self, one: Operation) -> None:
        """Change how an operation is written."""
        dice = self.dice
        one.depends = dice.chance(15)
        one.routed = dice.chance(20)
        one.raw = not one.flags and one.response != NONE and dice.chance(10)
        if dice.chance(15):
            held: list[Type] = [ModelOf(self.any_model()), ListOf(ModelOf(self.any_model()))]
            one.fails = dice.pick(held)

    def add_by_name(self) -> None:
        """An operation that returns a model of its own without aliases."""
        if self.dice.chance(15):
            uid = self.model()
            self.operation("GET", "/named")
            self.last().response, self.last().by_alias = ModelOf(uid), False

    def any_model(self) -> str:
        asked = {one.asked for one in self.world.operations.values()}
        return self.dice.pick([uid for uid in self.world.models if uid not in asked])

    def last(self) -> Operation:
        return list(self.world.operations.values())[-1]

    def add_embedded(self) -> None:
        """An operation that takes several bodies, as the keys of an object, or one that is embedded."""
        dice = self.dice
        self.operation("POST", "/several")
        for name in dice.some(NAMES, dice.number(1, 3)):
            inner: Type = ModelOf(self.any_model()) if dice.chance(70) else self.leaf()
            kinds: list[Type] = [inner, inner, ListOf(inner), Nullable(inner), DictOf(inner)]
            kind = dice.pick(kinds)
            drawn = Parameter(name, "body", kind)
            if isinstance(kind, Nullable):
                drawn.default = dice.pick([REQUIRED, None])
            elif not any(isinstance(part, ModelOf) for part in parts(kind)) and dice.chance(30):
                drawn.default = default_for(kind, self.world, dice)
            self.last().parameters.append(drawn)

    def add_optional(self) -> None:
        """An operation whose body may be left out."""
        self.operation("PUT", "/maybe", body=Nullable(ModelOf(self.any_model())))

    def add_union(self) -> None:
        """An operation that takes and returns a union."""
        held = [one.type for model in self.world.models.values() for one in model.fields]
        unions = [part for kind in held for part in parts(kind) if isinstance(part, UnionOf)]
        of_models = [one for one in unions if any(isinstance(arm, ModelOf) for arm in one.arms)]
        if not of_models:
            return
        kind = self.dice.pick(of_models)
        kinds: list[Type] = [kind, kind, ListOf(kind), DictOf(kind)]
        self.operation("POST", "/either", body=self.dice.pick(kinds))
        self.last().response = self.dice.pick(kinds)

    def add_bare(self) -> None:
        """An operation that takes and returns values that are no objects."""
        kinds: list[Type] = [INT, STR, UUID_, *(EnumOf(uid) for uid in self.world.enums)]
        kinds += [PairOf(uid) for uid in self.world.pairs]
        inner = self.dice.pick(kinds)
        held: list[Type] = [inner, ListOf(inner), DictOf(inner), TupleOf((INT, inner))]
        self.operation("POST", "/bare", body=self.dice.pick(held))
        more: list[Type] = [TupleOf((inner, ModelOf(self.any_model()))), *held]
        self.last().response = self.dice.pick(more)

    def add_without_body(self) -> None:
        """An operation that returns nothing."""
        self.operation(
            "DELETE", "/none/{key}", parameters=[Parameter("key", "path", self.dice.pick([INT, STR, UUID_]))]
        )
        one = self.last()
        one.response, one.flags = NONE, ()
        one.status = 204

    def add_dashed(self) -> None:
        """An operation whose parameters have names that no Python name can be."""
        dice = self.dice
        drawn = [replace(one) for one in self.parameters() if one.where == "query"]
        for one, name in zip(drawn, dice.some(DASHED, len(drawn)), strict=True):
            one.name = name
        self.operation("GET", "/dashed", parameters=drawn)
