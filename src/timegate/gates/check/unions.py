"""Finds the models whose fields hold a union, so that somebody may vouch for its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.typing import Schema, is_object
from timegate.wire.marks import APART_MARK
from timegate.wire.schema import NULL, arms_of, objects_in, referred
from timegate.wire.wire import Component


def voucher_of(reach: Reach, arms: tuple[str, str], conversion: Conversion) -> str | None:
    """The component that vouches for the unions of two arms: one with a field of such, or an arm where bodies are.

    Args:
        reach: the side and its history.
        arms: what the arms are called; an arm that is no component has a name of its own.
        conversion: what a program would do.
    """
    components = reach.components(conversion.src)
    wanted = {name for name in arms if name in components}
    if not wanted:
        return None
    for name in reach.met(conversion.src, conversion.client).reachable(reach.side):
        for node in objects_in(components[name].schema):
            if APART_MARK not in node and any(wanted <= arms and len(arms) > 1 for arms in _unions(node, components)):
                return name
    # Of the pairs of a union, each then names the same arm, where one alone has changed itself.
    changed = wanted & reach.own_names(conversion) or wanted & reach.touched(conversion)
    return min(changed, default=None)


def _unions(node: Schema, components: Mapping[str, Component]) -> Iterator[set[str]]:
    """The arms of a union, and those of the unions that the items of its lists, or the values of its dicts, are."""
    arms = arms_of(node)
    yield set(_arms_in(node, components))
    for keyword in ("items", "additionalProperties"):
        inner = [arm[keyword] for arm in arms if is_object(arm) and is_object(arm.get(keyword))]
        if len(inner) > 1:
            yield from _unions({"anyOf": inner}, components)


def _arms_in(node: Schema, components: Mapping[str, Component]) -> Iterator[str]:
    """The arms of a union, those of unions in it included; one that is no component by its text."""
    for arm in arms_of(node):
        if not is_object(arm) or arm == NULL:
            continue
        name = referred(arm)
        inner: Any = arm if name is None else components[name].schema
        if arms_of(inner):
            yield from _arms_in(inner, components)
        else:
            yield repr(arm) if name is None else name
