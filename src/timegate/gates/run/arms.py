"""What is known of the arms of a union, and whether two of them can be told apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from timegate.history.steps import Origin
from timegate.typing import type_of

TypedValue: TypeAlias = tuple[type, Any]
"""A JSON value with its type: ``True`` and ``1`` are equal in Python, but not in JSON."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The values of a key, or of an arm that is no object.

    Args:
        types: their Python types.
        loose: whether the reader also takes other scalars: a date reads numbers, an enum what its class says.
        tuple_like: whether an object may stand for a list: that of a named tuple.
        described: whether only values of the types are read.
    """

    types: frozenset[type]
    loose: bool = False
    tuple_like: bool = False
    described: bool = False

    @property
    def is_scalar(self) -> bool:
        """Whether some of the values are neither objects nor lists nor null."""
        return bool(self.types - {dict, list, type(None)})

    def reads(self, value: Any) -> bool:
        """Whether a server that reads leniently may take a value, whatever its limits say of it."""
        kind = type_of(value)
        if kind in self.types or self.described:
            return kind in self.types
        if kind is dict:
            return self.tuple_like
        if kind is list or value is None:
            return False
        if self.loose:
            return True
        if kind is str:
            return (int in self.types and _is_number(value)) or (bool in self.types and value.lower() in _BOOLEANS)
        if kind is bool:
            return int in self.types
        return bool in self.types and value in (0, 1)

    def read(self, value: Any) -> Any:
        """Plain JSON of what a server makes of a value that it reads leniently; as it is where its type fits."""
        kind = type_of(value)
        if kind in self.types or self.loose or kind in (dict, list):
            return value
        if int not in self.types:
            return value in (1, 1.0) if kind is not str else value.lower() in _TRUE
        try:
            return int(value)
        except ValueError:
            number = float(value)
            return int(number) if number.is_integer() else number


_TRUE = frozenset({"1", "t", "y", "yes", "on", "true"})
_BOOLEANS = _TRUE | {"0", "f", "n", "no", "off", "false"}


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Tags:
    """The only values that a key may have.

    Args:
        values: with their types.
        numbers: whether a number may be written as text: those of an ``IntEnum``.
        lookup: what an enum's own ``_missing_`` makes of any other value; None where it has none.
    """

    values: frozenset[TypedValue]
    numbers: bool = False
    lookup: Callable[[Any], Any] | None = None

    def has(self, value: Any, *, leniently: bool) -> bool:
        """Whether a value is one of them.

        Args:
            value: any JSON.
            leniently: whether ``1.0`` and ``True`` count as 1, and ``"1"`` where numbers may be texts.
        """
        kind = type_of(value)
        if kind in (dict, list):
            return False
        if (kind, value) in self.values:
            return True
        if not leniently or value is None:
            return False
        if self.lookup is not None and (found := self.lookup(value)) is not None:
            return (type_of(found), found) in self.values
        if kind is str:
            if not self.numbers or not _is_number(value):
                return False
            value = float(value)
        return any(own is not str and own is not type(None) and value == member for own, member in self.values)


@dataclass(slots=True, eq=False)
class Arm:
    """One member of a union.

    Args:
        name: its component, or its title or JSON type.
        label: the name that validation errors below it have; empty for none.
        leaf: the JSON types of its values.
        values: its values, where it lists them.
        is_open: whether it is an object without known keys.
        tags: the keys with listed values.
        required: the spellings of each key that must be present.
        certain: the keys that every value has, also where a response leaves keys out.
        known: its keys, in every spelling.
        leaves: the values of each key whose JSON types are known, in every spelling.
        closed: whether any other key is forbidden.
        newer_keys: keys that only head has, which no client of an older version may send.
        newer_tags: for each key with listed values, those that only head has.
        unknown_keys: keys that only other arms have, and that could lead head to one of those.
        refused: the fact for which it may not be sent; None where it may.
        function: the name of its program in the compiled module; None where its values stay as they are.
        program: its program, set once the module is compiled.
        always: what its program does to every value, to compare arms.
        effects: what its program does to values that have a key.
    """

    name: str
    leaf: Leaf
    values: Tags | None = None
    is_open: bool = False
    tags: dict[str, Tags] = field(default_factory=dict[str, Tags])
    required: tuple[frozenset[str], ...] = ()
    certain: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    leaves: dict[str, Leaf] = field(default_factory=dict[str, Leaf])
    closed: bool = False
    newer_keys: frozenset[str] = frozenset()
    newer_tags: dict[str, frozenset[TypedValue]] = field(default_factory=dict[str, frozenset[TypedValue]])
    unknown_keys: frozenset[str] = frozenset()
    refused: Origin | None = None
    function: str | None = None
    program: Callable[[Any], Any] | None = None
    always: Hashable = None
    effects: Mapping[str, Hashable] = field(default_factory=dict[str, Hashable])
    label: str = ""

    @property
    def is_touched(self) -> bool:
        """Whether its values are converted or refused."""
        return self.function is not None or self.refused is not None

    def has_required(self, keys: Mapping[str, Any]) -> bool:
        """Whether an object has every required key, in some spelling."""
        return all(not spellings.isdisjoint(keys) for spellings in self.required)

    def unread(self, value: dict[str, Any]) -> str | None:
        """The first key whose value not even a server that reads leniently takes; None where there is none."""
        return next((key for key, leaf in self.leaves.items() if key in value and not leaf.reads(value[key])), None)

    def fits_exactly(self, value: dict[str, Any]) -> bool:
        """Whether the values of an object's keys have the JSON types that the schema names."""
        return all(type_of(value[key]) in leaf.types for key, leaf in self.leaves.items() if key in value)

    def effects_on(self, value: Any) -> Hashable:
        """What its program does to a value, to compare arms."""
        if type_of(value) is not dict:
            return self.always
        return self.always, frozenset((key, effect) for key, effect in self.effects.items() if key in value)


def do_the_same(one: Arm, other: Arm) -> bool:
    """Whether it makes no difference which of two arms a value is."""
    if one.refused is not None or other.refused is not None:
        return one is other
    return one.function == other.function or (one.always == other.always and one.effects == other.effects)


def told_by_one_key(arms: Sequence[Arm]) -> bool:
    """Whether there is a key that every value has and whose value names one arm."""
    for key in arms[0].tags if arms else ():
        if all(key in arm.certain and key in arm.tags for arm in arms):
            values = [value for arm in arms for value in arm.tags[key].values]
            if len(values) == len(set(values)):
                return True
    return False


def distinguishable(one: Arm, other: Arm, *, keys_may_lack: bool = False) -> bool:
    """Whether the schemas of two arms can ever be told apart by type, tags, keys or the types of values.

    Args:
        one: an arm.
        other: another arm of the same union.
        keys_may_lack: whether objects may lack keys, so that only those that are always there tell anything.
    """
    if not one.leaf.types & other.leaf.types:
        return True
    if dict not in one.leaf.types & other.leaf.types:
        return _differ_in_values(one.values, other.values)
    if one.is_open or other.is_open:
        return False
    sure = one.certain & other.certain
    if (
        any(_differ_in_values(one.tags[key], other.tags[key]) for key in one.tags.keys() & other.tags.keys() & sure)
        or any(_differ_in_types(one, other, key) for key in sure)
        or one.certain - other.known
        or other.certain - one.known
    ):
        return True
    if keys_may_lack:
        return False
    return bool(
        any(not one.tags[key].values & other.tags[key].values for key in one.tags.keys() & other.tags.keys())
        or one.known != other.known
        or any(_differ_in_types(one, other, key) for key in one.leaves)
    )


def _differ_in_types(one: Arm, other: Arm, key: str) -> bool:
    """Whether the JSON type of a key's value tells two arms apart."""
    return key in one.leaves and key in other.leaves and not one.leaves[key].types & other.leaves[key].types


def _differ_in_values(one: Tags | None, other: Tags | None) -> bool:
    """Whether listed values tell two arms apart; one that lists them is told from one that does not."""
    if one is None or other is None:
        return one is not other
    return not one.values & other.values
