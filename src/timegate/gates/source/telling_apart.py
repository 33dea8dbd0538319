"""Finds whether the arms of a union can be told apart, from what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Leaf, Tags


def told_by_one_key(arms: Sequence[Arm]) -> bool:
    """Whether there is a key that every value has and whose value names one arm."""
    for key in arms[0].tags if arms else ():
        if all(key in arm.certain and key in arm.tags for arm in arms):
            values = [value for arm in arms for value in arm.tags[key].values]
            if len(values) == len(set(values)):
                return True
    return False


def distinguishable(
    one: Arm, other: Arm, *, keys_may_lack: bool = False, names_lack: bool = False, defaults_lack: bool = True
) -> bool:
    """Whether the schemas of two arms can ever be told apart by type, tags, keys or the types of values.

    Args:
        one: an arm.
        other: another arm of the same union.
        keys_may_lack: whether objects may lack keys, so that only those that are always there tell anything.
        names_lack: whether objects at any depth may lack keys for their names.
        defaults_lack: whether they may lack keys that have a default.
    """
    if one.is_open != other.is_open and dict in one.leaf.types & other.leaf.types:
        return False
    if one.is_open or dict not in one.leaf.types & other.leaf.types:
        return leaves_differ(one.leaf, other.leaf, keys_may_lack=keys_may_lack)
    compared = _Comparison(keys_may_lack)
    if compared.have_other_keys(one, other):
        return True
    held = _Comparison(keys_may_lack=True, defaults_lack=defaults_lack)
    # What both may be has no keys but those of both.
    return one.always == other.always and all(
        one.effects.get(key) == other.effects.get(key)
        or (not names_lack and one.is_inner(key) and other.is_inner(key) and held.hold_others(one, other, key))
        for key in one.known & other.known
    )


def leaves_differ(one: Leaf, other: Leaf, *, keys_may_lack: bool) -> bool:
    """Whether no value is of both, but for empty lists and dicts.

    Args:
        one: a leaf.
        other: another one.
        keys_may_lack: whether objects may lack keys.
    """
    return _Comparison(keys_may_lack).differ(one, other, _EMPTY)


_EMPTY: Final[frozenset[type]] = frozenset({list, dict})
_NOTHING_IN_IT: Final[frozenset[type]] = frozenset({list, dict, type(None)})


@dataclass(slots=True, eq=False)
class _Comparison:
    """Tells whether a value can be of two arms.

    Args:
        keys_may_lack: whether objects may lack keys.
        defaults_lack: whether objects in others may lack keys that have a default.
        known: pairs of arms and whether their keys differ; not so while that is being found out.
    """

    keys_may_lack: bool
    defaults_lack: bool = True
    known: dict[tuple[int, int], bool] = field(default_factory=dict[tuple[int, int], bool])

    def hold_others(self, one: Arm, other: Arm, key: str) -> bool:
        """Whether a key's values are of one arm alone, but for those that hold nothing."""
        if key not in one.leaves or key not in other.leaves:
            return False
        return self.differ(one.leaves[key], other.leaves[key], _NOTHING_IN_IT)

    def have_other_keys(self, one: Arm, other: Arm, *, held: bool = False) -> bool:
        """Whether the keys of two arms, or the tags or values of these, tell the two apart.

        Args:
            one: an arm.
            other: another one.
            held: whether they are objects in others, of which a route may leave out any null.
        """
        place = id(one), id(other)
        if place not in self.known:
            self.known[place] = False
            self.known[place] = self._have_other_keys(one, other, held=held and self.keys_may_lack)
        return self.known[place]

    def _have_other_keys(self, one: Arm, other: Arm, *, held: bool) -> bool:
        mine, others = (arm.certain & arm.never_null if held else arm.certain for arm in (one, other))
        sure = mine & others
        if (
            mine - other.known
            or others - one.known
            or any(
                _differ_in_values(one.tags[key], other.tags[key]) for key in one.tags.keys() & other.tags.keys() & sure
            )
            or any(
                self.differ(one.leaves[key], other.leaves[key], frozenset())
                for key in one.leaves.keys() & other.leaves.keys() & sure
            )
        ):
            return True
        if self.keys_may_lack:
            # Each has a key that the other does not know: more of an object's keys are known to its own arm.
            mine, others = (arm.sent & arm.never_null for arm in (one, other))
            return held and not self.defaults_lack and bool(mine - other.known and others - one.known)
        return bool(
            any(not one.tags[key].values & other.tags[key].values for key in one.tags.keys() & other.tags.keys())
            or one.known != other.known
            or any(
                not one.leaves[key].types & other.leaves[key].types for key in one.leaves.keys() & other.leaves.keys()
            )
        )

    def differ(self, one: Leaf, other: Leaf, nothing: frozenset[type]) -> bool:
        """Whether no value is of both.

        Args:
            one: a leaf.
            other: another one.
            nothing: the types of which a value may be of both where there is nothing in it: null, or an empty list.
        """
        if one.types == other.types == frozenset({type(None)}):
            return type(None) in nothing
        if one.choices or other.choices:
            choices = one.choices or (one,), other.choices or (other,)
            return all(self.differ(mine, its, nothing) for mine in choices[0] for its in choices[1])
        types = one.types & other.types
        if not types or (len(types) > 1 and not types.isdisjoint({dict, list})):
            return not types
        if isinstance(one.keyed, Arm) and isinstance(other.keyed, Arm):
            return self.have_other_keys(one.keyed, other.keyed, held=True)
        if types.isdisjoint({dict, list}):
            both_listed = one.values is not None and other.values is not None
            return (both_listed or bool(nothing)) and _differ_in_values(one.values, other.values)
        return any(self.differ(mine, its, nothing) for mine, its in _inner(one, other, everything=types <= nothing))


def _inner(one: Leaf, other: Leaf, *, everything: bool) -> Iterator[tuple[Leaf, Leaf]]:
    """What is known of the items and entries of two leaves: of all, or of those alone that any value of both has."""
    fewest = max(one.fewest, other.fewest)
    pairs = [*zip(one.first_items, other.first_items, strict=False)]
    yield from pairs if everything else pairs[:fewest]
    if everything or fewest > max(len(one.first_items), len(other.first_items)):
        yield from _both(one.items, other.items)
    if everything:
        yield from _both(one.keys, other.keys)
        yield from _both(one.entries, other.entries)


def _both(one: Leaf | None, other: Leaf | None) -> Iterator[tuple[Leaf, Leaf]]:
    if one is not None and other is not None:
        yield one, other


def _differ_in_values(one: Tags | None, other: Tags | None) -> bool:
    """Whether listed values tell two arms apart; one that lists them is told from one that does not."""
    if one is None or other is None:
        return one is not other
    return not one.values & other.values
