"""Contracts of unions that are as bad as their size allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tests.growth.crafted_contracts import Compiled, Crafted, compiled, model_with
from timegate import on


def arms_of(size: int, name: str = "Arm") -> list[Any]:
    """Models that a tag tells apart."""
    literal: Any = Literal
    return [model_with(f"{name}{index}", kind=(literal[f"a{index}"], ...), x=(int, 0)) for index in range(size)]


def union_of(arms: Sequence[Any], name: str = "Holder") -> Any:
    """A model that holds any of them."""
    union: Any = arms[0]
    for arm in arms[1:]:
        union = union | arm
    return model_with(name, held=(Annotated[union, Field(discriminator="kind")], ...))


def arms_introduced(size: int) -> Compiled:
    """All arms of a union but one were introduced in one version."""
    first, *others = arms = arms_of(size)
    seen_as = {"kind": first.model_fields["kind"].annotation.__args__[0]}
    return compiled([union_of(arms)], [tuple(on(arm).introduced(seen_as=seen_as) for arm in others)])


def versions_of_arms_introduced(size: int) -> Compiled:
    """The same, each at a version of its own."""
    first, *others = arms = arms_of(size)
    seen_as = {"kind": first.model_fields["kind"].annotation.__args__[0]}
    return compiled([union_of(arms)], [(on(arm).introduced(seen_as=seen_as),) for arm in others])


def unions_with_an_arm_introduced(size: int) -> Compiled:
    """Each of many unions has an arm that was introduced in one version."""
    pairs = [arms_of(2, name=f"Arm{index}of") for index in range(size)]
    introduced = tuple(on(arm).introduced(seen_as={"kind": "a0"}) for _, arm in pairs)
    return compiled([union_of(pair, name=f"Holder{index}") for index, pair in enumerate(pairs)], [introduced])


def versions_of_unions_with_an_arm_introduced(size: int) -> Compiled:
    """The same, each at a version of its own."""
    pairs = [arms_of(2, name=f"Arm{index}of") for index in range(size)]
    introduced = [(on(arm).introduced(seen_as={"kind": "a0"}),) for _, arm in pairs]
    return compiled([union_of(pair, name=f"Holder{index}") for index, pair in enumerate(pairs)], introduced)


def arms_changed(size: int) -> Compiled:
    """Each arm of a union changed in one version."""
    arms = arms_of(size)
    return compiled([union_of(arms)], [tuple(on(arm).renamed("y", to="x") for arm in arms)])


UNIONS: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (
        arms_changed,
        arms_introduced,
        versions_of_arms_introduced,
        unions_with_an_arm_introduced,
        versions_of_unions_with_an_arm_introduced,
    )
}
"""Each worst case by its name."""
