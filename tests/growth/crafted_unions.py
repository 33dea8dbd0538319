"""Contracts of unions that are as bad as their size allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tests.growth.crafted_contracts import Compiled, Crafted, compiled, in_five, model_with
from timegate import on

FIRST: Final = {"kind": "a0"}
"""What stands in for other arms: an object of the first."""


def arms_of(size: int, name: str = "Arm", tag: str = "a") -> list[Any]:
    """Models that a tag tells apart."""
    literal: Any = Literal
    return [model_with(f"{name}{index}", kind=(literal[f"{tag}{index}"], ...), x=(int, 0)) for index in range(size)]


def union_of(arms: Sequence[Any], name: str = "Holder") -> Any:
    """A model that holds any of them."""
    return model_with(name, held=(Annotated[union_of_all(arms), Field(discriminator="kind")], ...))


def union_of_all(arms: Sequence[Any]) -> Any:
    """Any of some models."""
    union: Any = arms[0]
    for arm in arms[1:]:
        union = union | arm
    return union


def arms_introduced(size: int) -> Compiled:
    """All arms of a union but one were introduced in one version."""
    first, *others = arms_of(size)
    return compiled([union_of([first, *others])], [tuple(on(arm).introduced(seen_as=FIRST) for arm in others)])


def arms_introduced_each_beside_a_field(size: int) -> Compiled:
    """The same, and with each arm another model got a field."""
    first, *others = arms_of(size)
    plain = model_with("Plain", **{f"x{index}": (int, 0) for index in range(1, size)})
    facts = [(on(arm).introduced(seen_as=FIRST), on(plain).added(f"x{i}")) for i, arm in enumerate(others, start=1)]
    return compiled([union_of([first, *others]), plain], [tuple(fact for both in facts for fact in both)])


def arms_introduced_seen_as_the_last(size: int) -> Compiled:
    """The same, where the arm that was there before is the last one of the union."""
    *others, last = arms_of(size)
    seen_as = {"kind": f"a{size - 1}"}
    return compiled([union_of([*others, last])], [tuple(on(arm).introduced(seen_as=seen_as) for arm in others)])


def arms_introduced_each_seen_as_the_one_before(size: int) -> Compiled:
    """All arms of a union but one were introduced in one version, and each stands in for the next one."""
    arms = arms_of(size)
    facts = (on(arm).introduced(seen_as={"kind": f"a{index}"}) for index, arm in enumerate(arms[1:]))
    return compiled([union_of(arms)], [tuple(facts)])


def arms_introduced_that_no_discriminator_names(size: int) -> Compiled:
    """All arms of a union but one were introduced in one version; no more than their own literals tell them apart."""
    arms = arms_of(size)
    holder = model_with("Holder", held=(union_of_all(arms), ...))
    return compiled([holder], [tuple(on(arm).introduced(seen_as=FIRST) for arm in arms[1:])])


def arms_introduced_beside_a_number(size: int) -> Compiled:
    """All arms of a union but a number were introduced in one version."""
    arms = arms_of(size)
    holder = model_with("Holder", held=(int | union_of_all(arms), ...))
    return compiled([holder], [tuple(on(arm).introduced(seen_as=0) for arm in arms)])


def without_tags(size: int, name: str = "Arm") -> list[Any]:
    """Models that nothing tells apart but a key of each."""
    return [model_with(f"{name}{index}", **{f"x{index}": (int, ...), "z": (int, 0)}) for index in range(size)]


def arms_without_a_tag_introduced(size: int) -> Compiled:
    """All arms of a union that no tag tells apart were introduced in one version."""
    first, *others = without_tags(size)
    holder = model_with("Holder", held=(union_of_all([first, *others]), ...))
    return compiled([holder], [tuple(on(arm).introduced(seen_as={"x0": 1}) for arm in others)])


def arms_without_a_tag_changed(size: int) -> Compiled:
    """Each of the arms of a union that no tag tells apart changed in one version."""
    arms = without_tags(size)
    holder = model_with("Holder", held=(union_of_all(arms), ...))
    return compiled([holder], [tuple(on(arm).renamed("y", to="z") for arm in arms)])


def arms_without_a_tag_beside(size: int) -> Compiled:
    """One of the arms of a union that no tag tells apart changed."""
    arms = without_tags(size)
    return compiled([model_with("Holder", held=(union_of_all(arms), ...))], [(on(arms[0]).renamed("y", to="z"),)])


def arms_without_a_tag_changed_otherwise(size: int) -> Compiled:
    """Each of the arms of a union that no tag tells apart changed in one version, each in another way."""
    arms = without_tags(size)
    changed = tuple(on(arm).renamed(f"y{index}", to="z") for index, arm in enumerate(arms))
    return compiled([model_with("Holder", held=(union_of_all(arms), ...))], [changed])


def ten_arms_without_a_tag_changed_otherwise(size: int) -> Compiled:
    """Ten of the arms of a union that no tag tells apart changed in one version, each in another way."""
    arms = without_tags(size)
    changed = tuple(on(arm).renamed(f"y{index}", to="z") for index, arm in enumerate(arms[:10]))
    return compiled([model_with("Holder", held=(union_of_all(arms), ...))], [changed])


def fields_of_ten_arms_without_a_tag(size: int) -> Compiled:
    """Each of many fields of ten arms that no tag tells apart changed in one version, in each arm in another way."""
    numbers: dict[str, Any] = {f"z{index}": (int, 0) for index in range(size)}
    arms = [model_with(f"Arm{index}", **{f"x{index}": (int, ...)}, **numbers) for index in range(10)]
    changed = (on(arm).renamed(f"y{name}of{index}", to=name) for index, arm in enumerate(arms) for name in numbers)
    return compiled([model_with("Holder", held=(union_of_all(arms), ...))], [tuple(changed)])


def bodies_of_arms_introduced(size: int) -> Compiled:
    """All arms of a union that is a body itself were introduced in one version."""
    arms = arms_of(size)
    kind: Any = Annotated[union_of_all(arms), Field(discriminator="kind")]
    return compiled([kind], [tuple(on(arm).introduced(seen_as=FIRST) for arm in arms[1:])])


def versions_of_arms_introduced(size: int) -> Compiled:
    """The same, each at a version of its own."""
    first, *others = arms_of(size)
    return compiled([union_of([first, *others])], [(on(arm).introduced(seen_as=FIRST),) for arm in others])


def unions_with_an_arm_introduced(size: int) -> Compiled:
    """Each of many unions has an arm that was introduced in one version."""
    pairs = [arms_of(2, name=f"Arm{index}of") for index in range(size)]
    introduced = tuple(on(arm).introduced(seen_as=FIRST) for _, arm in pairs)
    return compiled([union_of(pair, name=f"Holder{index}") for index, pair in enumerate(pairs)], [introduced])


def versions_of_unions_with_an_arm_introduced(size: int) -> Compiled:
    """The same, each at a version of its own."""
    pairs = [arms_of(2, name=f"Arm{index}of") for index in range(size)]
    introduced = [(on(arm).introduced(seen_as=FIRST),) for _, arm in pairs]
    return compiled([union_of(pair, name=f"Holder{index}") for index, pair in enumerate(pairs)], introduced)


def arms_changed(size: int) -> Compiled:
    """Each arm of a union changed in one version."""
    arms = arms_of(size)
    return compiled([union_of(arms)], [tuple(on(arm).renamed("y", to="x") for arm in arms)])


def arms_changed_in_five_versions(size: int) -> Compiled:
    """Each arm of a union changed in one of five versions."""
    arms = arms_of(size)
    return compiled([union_of(arms)], in_five(on(arm).renamed("y", to="x") for arm in arms))


def arms_introduced_in_five_versions(size: int) -> Compiled:
    """All arms of a union but one were introduced in one of five versions."""
    first, *others = arms_of(size)
    return compiled([union_of([first, *others])], in_five(on(arm).introduced(seen_as=FIRST) for arm in others))


def versions_of_arms_in_turn(size: int) -> Compiled:
    """At each version one of ten arms changed, one after the other."""
    arms = arms_of(10)
    turns = [(arms[index % 10], index // 10) for index in range(size)]
    return compiled([union_of(arms)], [(on(arm).renamed(f"x{i + 1}", to=f"x{i}" if i else "x"),) for arm, i in turns])


def arms_introduced_beside_changed(size: int) -> Compiled:
    """All arms of a union but one were introduced in one version, and each changed in the next one."""
    arms = arms_of(size)
    changed = tuple(on(arm).renamed("y", to="x") for arm in arms)
    return compiled([union_of(arms)], [changed, tuple(on(arm).introduced(seen_as=FIRST) for arm in arms[1:])])


def versions_of_arms_introduced_beside_changed(size: int) -> Compiled:
    """Each arm of a union but one was introduced at a version of its own, and that one changed since."""
    first, newest, *others = arms = arms_of(size)
    changed = on(newest).introduced(seen_as=FIRST), on(first).renamed("y", to="x")
    return compiled([union_of(arms)], [changed, *((on(arm).introduced(seen_as=FIRST),) for arm in others)])


def versions_of_arms_changed(size: int) -> Compiled:
    """Each arm of a union changed at a version of its own."""
    arms = arms_of(size)
    return compiled([union_of(arms)], [(on(arm).renamed("y", to="x"),) for arm in arms])


def versions_of_one_arm_changed(size: int) -> Compiled:
    """An arm changed at each version, beside others that changed in one."""
    first, *others = arms = arms_of(20)
    names = [f"x{index}" for index in range(size)]
    facts = [(on(first).renamed(old, to=new),) for old, new in zip(names, ["x", *names], strict=False)]
    return compiled([union_of(arms)], [*facts, tuple(on(arm).renamed("y", to="x") for arm in others)])


UNIONS: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (
        arms_changed,
        arms_introduced,
        arms_changed_in_five_versions,
        arms_introduced_in_five_versions,
        versions_of_arms_in_turn,
        arms_introduced_each_beside_a_field,
        arms_introduced_seen_as_the_last,
        arms_introduced_each_seen_as_the_one_before,
        arms_introduced_that_no_discriminator_names,
        arms_introduced_beside_a_number,
        arms_without_a_tag_introduced,
        arms_without_a_tag_changed,
        arms_without_a_tag_beside,
        arms_without_a_tag_changed_otherwise,
        ten_arms_without_a_tag_changed_otherwise,
        fields_of_ten_arms_without_a_tag,
        bodies_of_arms_introduced,
        versions_of_arms_introduced,
        arms_introduced_beside_changed,
        versions_of_arms_introduced_beside_changed,
        versions_of_arms_changed,
        versions_of_one_arm_changed,
        unions_with_an_arm_introduced,
        versions_of_unions_with_an_arm_introduced,
    )
}
"""Each worst case by its name."""
