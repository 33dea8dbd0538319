"""Requests and responses that are as deep as they may be."""

from __future__ import annotations

from typing import Any, Final

from tests.growth.crafted import ANY, Crafted, given, sent
from tests.growth.crafted_bodies import chain, chain_of_lists
from tests.growth.crafted_errors import validation_errors, wrong
from tests.growth.crafted_models import BRANCHES, NAMED, PLANTED, SIDES, Branch, Node, Side, Tree


def depth_of(value: Any) -> int:
    """How often there is a child."""
    return 1 + depth_of(value["child"]) if "child" in value else 0


DEEP: Final[dict[str, Crafted]] = {
    "objects in objects": sent(Node, lambda levels: chain(levels, title="t"), NAMED),
    "lists in lists": sent(Tree, lambda levels: chain_of_lists(levels // 2, title="t"), PLANTED),
    "arms in arms": sent(Branch, lambda levels: chain_of_lists(levels // 2, a=1), *BRANCHES),
    "arms in arms that a callable tells apart": sent(
        Side, lambda levels: chain_of_lists(levels // 2), *SIDES, told=ANY, refusable=True
    ),
    "arms in arms that a callable tells apart, back": given(
        Side, lambda levels: chain_of_lists(levels // 2, name="a"), *SIDES, refusable=True
    ),
    "a wrong value at the bottom": validation_errors(
        Node,
        lambda levels: chain(levels, title="t", size="x"),
        NAMED,
        entries=lambda value: [wrong("body", *["child"] * depth_of(value), "size")],
    ),
    "a wrong value at each level": validation_errors(
        Node,
        lambda levels: chain(levels, title="t", size="x"),
        NAMED,
        entries=lambda value: (wrong("body", *["child"] * depth, "size") for depth in range(depth_of(value))),
    ),
}
"""Cases whose one measure is how deep they are nested."""
