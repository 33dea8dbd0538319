"""Contracts of unions whose tags change and whose arms went, as many as their size allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

from tests.growth.crafted_contracts import Compiled, Crafted, compiled, model_with
from tests.growth.crafted_unions import FIRST, arms_of, union_of, union_of_all, without_tags
from timegate import on


def first_arm(value: Any) -> Any:
    return FIRST


def the_first_of(arms: Sequence[Any]) -> Callable[[Any], Any]:
    """What says of every object that it is the first of some models."""

    def first(value: Any) -> Any:
        return arms[0]

    return first


def gone_arms(size: int) -> list[Any]:
    """Models that no union has any more."""
    literal: Any = Literal
    return [model_with(f"Gone{index}", kind=(literal[f"gone{index}"], ...)) for index in range(size)]


def the_tag_of_an_arm_beside(size: int) -> Compiled:
    """The tag of one of many arms was renamed."""
    arms = arms_of(size)
    return compiled([union_of(arms)], [(on(arms[0]).literal("kind").renamed("old0", to="a0"),)])


def versions_of_the_tag_of_an_arm(size: int) -> Compiled:
    """The tag of one of ten arms is renamed at each version."""
    arms = arms_of(10)
    names = ["a0", *(f"old{index}" for index in range(size))]
    renamed = [(on(arms[0]).literal("kind").renamed(old, to=new),) for new, old in pairwise(names)]
    return compiled([union_of(arms)], renamed)


def a_key_that_is_the_tag(size: int) -> Compiled:
    """The key by which many arms are told apart was renamed."""
    arms = arms_of(size)
    return compiled([union_of(arms)], [(on(*arms).renamed("type", to="kind"),)])


def tags_of_arms(size: int) -> Compiled:
    """The tag of each of many arms was renamed in one version."""
    arms = arms_of(size)
    renamed = (on(arm).literal("kind").renamed(f"old{index}", to=f"a{index}") for index, arm in enumerate(arms))
    return compiled([union_of(arms)], [tuple(renamed)])


def an_arm_that_went_beside(size: int) -> Compiled:
    """An arm went from a union of many."""
    arms, (gone,) = arms_of(size), gone_arms(1)
    return compiled([union_of(arms)], [(on(*arms).retired(was=gone, read_as=first_arm, loses="nobody"),)])


def arms_that_went(size: int) -> Compiled:
    """Many arms went from a union in one version."""
    arms = arms_of(3)
    went = (on(*arms).retired(was=gone, read_as=first_arm, loses="nobody") for gone in gone_arms(size))
    return compiled([union_of(arms)], [tuple(went)])


def arms_that_went_each_beside_one_that_came(size: int) -> Compiled:
    """Many arms went from a union in one version, and as many came, in turn."""
    first, *others = arms_of(size + 1)
    went = (on(first).retired(was=gone, read_as=first_arm, loses="nobody") for gone in gone_arms(size))
    came = (on(arm).introduced(seen_as=FIRST) for arm in others)
    return compiled(
        [union_of([first, *others])], [tuple(fact for both in zip(went, came, strict=True) for fact in both)]
    )


def tags_of_arms_each_beside_one_that_came(size: int) -> Compiled:
    """The tag of each of many arms was renamed in one version, and as many came, in turn."""
    # Tags of its own: what is known by a tag is remembered, so that other cases before it would make it cheaper.
    arms = arms_of(2 * size, tag="beside")
    renamed = (on(arm).literal("kind").renamed(f"before{i}", to=f"beside{i}") for i, arm in enumerate(arms[:size]))
    came = (on(arm).introduced(seen_as={"kind": "beside0"}) for arm in arms[size:])
    return compiled([union_of(arms)], [tuple(fact for both in zip(renamed, came, strict=True) for fact in both)])


def keys_that_are_the_tags_of_unions(size: int) -> Compiled:
    """The key by which the arms of each of many unions are told apart was renamed with a fact of its own."""
    unions = [arms_of(2, name=f"Arm{index}of") for index in range(size)]
    renamed = tuple(on(*arms).renamed("type", to="kind") for arms in unions)
    return compiled([union_of(arms, name=f"Holder{index}") for index, arms in enumerate(unions)], [renamed])


def unions_told_by_functions(size: int) -> Compiled:
    """A function tells the arms of each of many unions apart, which changed."""
    unions = [without_tags(2, name=f"Arm{index}of") for index in range(size)]
    changed = (on(*arms).renamed("y", to="z") for arms in unions)
    told = (*changed, *(on(*arms).told_by(the_first_of(arms)) for arms in unions))
    held = [model_with(f"Holder{index}", held=(union_of_all(arms), ...)) for index, arms in enumerate(unions)]
    return compiled(held, [told])


def values_of_a_literal_that_came(size: int) -> Compiled:
    """All values of a literal but one came with one fact."""
    literal: Any = Literal
    names = [f"m{index}" for index in range(size + 1)]
    model = model_with("Holder", held=(literal[tuple(names)], ...))
    return compiled([model], [(on(model).literal("held").grew(*names[1:], seen_as="m0"),)])


def values_of_a_literal_that_came_one_by_one(size: int) -> Compiled:
    """All values of a literal but one came in one version, each with a fact of its own."""
    literal: Any = Literal
    names = [f"m{index}" for index in range(size + 1)]
    model = model_with("Holder", held=(literal[tuple(names)], ...))
    return compiled([model], [tuple(on(model).literal("held").grew(name, seen_as="m0") for name in names[1:])])


TAGS: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (
        the_tag_of_an_arm_beside,
        versions_of_the_tag_of_an_arm,
        a_key_that_is_the_tag,
        tags_of_arms,
        an_arm_that_went_beside,
        arms_that_went,
        arms_that_went_each_beside_one_that_came,
        tags_of_arms_each_beside_one_that_came,
        keys_that_are_the_tags_of_unions,
        unions_told_by_functions,
        values_of_a_literal_that_came,
        values_of_a_literal_that_came_one_by_one,
    )
}
"""Each worst case by its name."""
