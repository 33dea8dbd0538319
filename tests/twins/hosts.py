"""Makes other types of some fields: sets, limits that no fact is about, computed fields."""

from __future__ import annotations

import copy

from tests.twins.dice import Dice
from tests.twins.shapes import (
    INT,
    MODEL,
    STR,
    EnumOf,
    FieldShape,
    ModelOf,
    Scalar,
    SetOf,
    Type,
    UnionOf,
    World,
    parts,
)

LIMITED: tuple[Scalar, ...] = (
    Scalar("str", (("min_length", 1),)),
    Scalar("str", (("max_length", 12),)),
    Scalar("int", (("ge", 0),)),
    Scalar("int", (("lt", 100),)),
    Scalar("int", (("strict", True),)),
    Scalar("str", (("strict", True),)),
)
COMPUTED = ("label", "caption", "title")


def with_hosts(world: World, dice: Dice) -> World:
    """Change the types of some fields, by choices of their own.

    Args:
        world: what is changed.
        dice: what the choices depend on; it makes none.
    """
    own = Dice(f"hosts {copy.deepcopy(dice).number(0, 10**9)}")
    asked = {one.asked for one in world.operations.values()}
    held = [one.type for model in world.models.values() for one in model.fields]
    arms = {arm for kind in held for part in parts(kind) if isinstance(part, UnionOf) for arm in part.arms}
    for model in world.models.values():
        if model.uid in asked:
            continue
        for one in model.fields:
            if own.chance(10):
                _change(own, one, world)
        if model.kind == MODEL and model.extra != "allow" and ModelOf(model.uid) not in arms and own.chance(12):
            model.computed = (own.pick(COMPUTED[:2]),)
    return world


def _change(dice: Dice, one: FieldShape, world: World) -> None:
    """Make a set or a limited scalar of a plain field that must be there."""
    if not one.required or one.type not in (INT, STR, *(EnumOf(uid) for uid in world.enums)):
        return
    kinds: list[Type] = [SetOf(one.type)]
    kinds += [kind for kind in LIMITED if Scalar(kind.name) == one.type]
    one.type = dice.pick(kinds)
