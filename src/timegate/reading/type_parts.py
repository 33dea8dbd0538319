"""Parts of types, and types with another part."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from timegate.changes.base import UNSET
from timegate.changes.members import member_value
from timegate.typing import type_of


def union_arms(kind: Any) -> list[Any]:
    """The types of which a type is the union; the type alone where it is none."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return union_arms(arguments[0])
    return list(arguments) if origin in (Union, UnionType) else [kind]


def without_null(kind: Any) -> Any:
    """A type less None."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(without_null(arguments[0]), *arguments[1:])]
    if origin in (Union, UnionType):
        kept = tuple(one for one in arguments if one is not NoneType)
        return union_of(kept) if kept else kind
    return kind


def with_null(kind: Any) -> Any:
    """A type that also admits None."""
    return kind if kind is UNSET else union_of((kind, NoneType))


def item_type(kind: Any) -> Any:
    """The type of a list's items or a dict's values; UNSET where it cannot be told."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return item_type(arguments[0])
    if origin in (Union, UnionType):
        found = [one for one in map(item_type, arguments) if one is not UNSET]
        return found[0] if len(found) == 1 else UNSET
    if not arguments or not inspect.isclass(origin):
        return UNSET
    return arguments[0] if arguments[-1] is ... else arguments[-1]


def at_depth(kind: Any, stars: int, change: Callable[[Any], Any]) -> Any:
    """A type whose part ``stars`` lists or dicts deep is changed; UNSET where that part cannot be told."""
    if stars == 0:
        return change(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return at_depth(arguments[0], stars, change)
    if origin in (Union, UnionType):
        return _in_arms(arguments, lambda arm: at_depth(arm, stars, change))
    if not arguments or not inspect.isclass(origin):
        return UNSET
    changed = at_depth(arguments[0 if arguments[-1] is ... else -1], stars - 1, change)
    if changed is UNSET:
        return UNSET
    generic: Any = origin
    return generic[changed, ...] if arguments[-1] is ... else generic[(*arguments[:-1], changed)]


def with_members(kind: Any, newer: Collection[Any], older: tuple[Any, ...]) -> Any:
    """A type in which the ``Literal`` of some members is one of others; UNSET where there is none."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return with_members(arguments[0], newer, older)
    if origin in (Union, UnionType):
        return _in_arms(arguments, lambda arm: with_members(arm, newer, older))
    if origin is not Literal or _typed(map(member_value, arguments)) != _typed(newer):
        return UNSET
    literal: Any = Literal
    return literal[older]


def _in_arms(arms: Sequence[Any], change: Callable[[Any], Any]) -> Any:
    """The union of arms that are changed where they can be; UNSET where none can."""
    found = [change(arm) for arm in arms]
    if all(one is UNSET for one in found):
        return UNSET
    return union_of(arm if new is UNSET else new for arm, new in zip(arms, found, strict=True))


def _typed(values: Iterable[Any]) -> frozenset[tuple[type, Any]]:
    return frozenset((type_of(value), value) for value in values)


def union_of(kinds: Iterable[Any]) -> Any:
    """The union of types, in their order."""
    # At once: who adds one to the others compares all of them each time.
    union: Any = Union
    return union[tuple(kinds)]
