"""Finds which other arm of a union head may read in place of the one that a client's value is."""

from __future__ import annotations

from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Leaf
from timegate.gates.source.telling_apart import leaves_differ


def may_be_read_as(arm: Arm, other: Arm, *, comes_first: bool) -> bool:
    """Whether head may read some values that clients mean as one arm as another one.

    Clients may send keys that are not the arm's, so that only what is in its own keys tells the two apart. Of two that
    are alike to head in all but their name, head never reads the second; only what no client of the older version could
    say as the other must not be said so.

    Args:
        arm: what clients mean.
        other: the other arm.
        comes_first: whether the other arm is the first of the two.
    """
    one, two = arm.at_head, other.at_head
    if one is None or two is None or (types := one.leaf.types & two.leaf.kinds).isdisjoint({dict, list}):
        return False
    if dict not in types or one.is_open or two.is_open:
        return _may_read(two.leaf, one.leaf, leniently=True)
    unsayable = two.known - other.makes(other.known).keys()
    if comes_first and other.refused is None and _is_twin(two, one) and unsayable.isdisjoint(one.known):
        return False
    return _admits(two, one, two.known, one.certain, leniently=True)


def is_misread(arm: Arm, other: Arm, *, comes_first: bool, in_order: bool) -> bool:
    """Whether head reads as another arm an object of an arm that has its tags and no keys but the arm's own.

    Args:
        arm: what clients mean.
        other: the other arm.
        comes_first: whether the other arm is the first of the two.
        in_order: whether the union takes the first arm that reads a value.
    """
    one, two = arm.at_head, other.at_head
    if one is None or two is None or arm.is_open or other.is_open or other.refused is not None:
        return False
    if one.leaf.fields is not None:
        # Head gets it as a list.
        return False
    certain = arm.certain | frozenset(arm.tags)
    for keys in {certain, arm.known, *(certain | {key} for key in arm.known)}:
        sent = frozenset(_at_head(arm, key) for key in keys) & one.known
        is_other, was_other = (
            _admits(second, first, had, had, leniently=False)
            and (comes_first if in_order else len(had & second.known) + comes_first > len(had))
            for first, second, had in ((one, two, sent), (arm, other, keys))
        )
        given = dict.fromkeys(keys)
        is_alike = all(one.leaves.get(key) == two.leaves.get(key) for key in sent)
        if is_other and not was_other and (is_alike or arm.effects_on(given) != other.effects_on(given)):
            return True
    return False


def _admits(arm: Arm, other: Arm, keys: frozenset[str], certain: frozenset[str], *, leniently: bool) -> bool:
    """Whether an arm reads some objects of another one that have some keys, of which some are certain."""
    both = certain & arm.leaves.keys() & other.leaves.keys()
    pairs = [(arm.leaves[key], other.leaves[key]) for key in both]
    if leniently and (arm.formed or other.formed):
        # Of what a function makes, only tags are known.
        pairs = [(one, two) for one, two in pairs if not (arm.may_form(one) or other.may_form(two))]
    elif any(spellings.isdisjoint(keys) for spellings in arm.required) or (arm.closed and not certain <= arm.known):
        return False
    return all(_may_read(one, two, leniently=leniently) for one, two in pairs)


def _may_read(leaf: Leaf, other: Leaf, *, leniently: bool) -> bool:
    """Whether a leaf reads some values of another one, too.

    Args:
        leaf: reads the values.
        other: what they are.
        leniently: whether they are written in any way that the other one reads.
    """
    if leniently and (leaf.forms or other.forms):
        return True
    if leaf.choices or other.choices:
        pairs = ((a, b) for a in leaf.choices or (leaf,) for b in other.choices or (other,))
        return any(_may_read(a, b, leniently=leniently) for a, b in pairs)
    if isinstance(leaf.keyed, Arm) and isinstance(other.keyed, Arm):
        return _admits(leaf.keyed, other.keyed, leaf.keyed.known, frozenset(), leniently=leniently)
    if leaf.is_scalar and other.is_scalar and leniently:
        return True
    types = leaf.types & other.types
    both_listed = leaf.values is not None and other.values is not None
    return bool(types) and not (both_listed and leaves_differ(leaf, other, keys_may_lack=True))


def _is_twin(arm: Arm, other: Arm) -> bool:
    """Whether an arm that comes first reads whatever another one reads, as the same, so that head never reads that."""
    if (arm.known, arm.certain, arm.closed, arm.leaves) != (other.known, other.certain, other.closed, other.leaves):
        return False
    return arm.sure and not (arm.keeps_others or other.keeps_others) and all(one.sure for one in arm.leaves.values())


def _at_head(arm: Arm, key: str) -> str:
    """The key at head of what an arm's program makes of a key of its own."""
    effect = arm.effects.get(key)
    return effect[0] if isinstance(effect, tuple) and isinstance(effect[0], str) else key
