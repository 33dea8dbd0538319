"""Makes sure that head reads a converted value as the arm of a union that the client's server has read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Leaf, Reading, Score, best_of
from timegate.typing import is_array, is_object


class Sent(NamedTuple):
    """What a client has sent.

    Args:
        chosen: the arm that it is.
        given: the value, or an object with its keys.
        certain: whether no function of the app can have refused it.
        next_ones: where the old server has refused it, the arms that it is instead, the likeliest first; None where
            that does not matter.
    """

    chosen: Arm
    given: Any
    certain: bool = True
    next_ones: Sequence[Arm] | None = None


def as_sent(arms: Sequence[Arm], chosen: Arm, value: Any, given: Any, *, in_order: bool) -> Sent:
    """What a client has sent, before the value is changed.

    Args:
        arms: those of the union, in its order.
        chosen: the arm by which it is converted.
        value: the value, less keys that no arm of the client's has.
        given: the value, or an object with its keys.
        in_order: whether the union takes the first arm that reads a value.
    """
    if not chosen.rivals and not chosen.unread(value):
        return Sent(chosen, given)
    score = chosen.leaf.score(value)
    is_formed = score is not None and not score.sure and chosen.leaf.score(value, Reading(in_form=True)) is None
    if score is not None and not is_formed:
        return Sent(chosen, given, certain=score.sure)
    scores = {id(arm): arm.leaf.score(value) for arm in arms if arm.refused is None and arm is not chosen}
    next_ones = list(_ranked(arms, scores, in_order=in_order))
    # What only a function of the app can read is refused by all other arms, or is one of them.
    return Sent(chosen, given, certain=False, next_ones=next_ones if is_formed else next_ones or None)


def tell_head(arms: Sequence[Arm], sent: Sent, value: Any, *, in_order: bool) -> bool:
    """Make sure that head reads a converted value as what was sent; whether it does.

    Where it might not, what the old server has read leniently is written as what was read. Then the keys go that mean
    something else to another arm, and nothing to the chosen one.

    Args:
        arms: those of the union, in its order.
        sent: what the client has sent.
        value: what was made of it, to be changed in place.
        in_order: whether the union takes the first arm that reads a value.
    """
    others, head = _misreading(arms, sent, value, in_order=in_order), sent.chosen.at_head
    if not others or head is None or not (is_object(value) or is_array(value)):
        return not others
    found = head.leaf.score(value)
    if found is None:
        # Head refuses it, and nothing else is meant.
        return False
    if found.sure:
        _as_read(head.leaf, value)
        others = _misreading(arms, sent, value, in_order=in_order)
    if not others:
        return True
    dropped = [_drop_keys(other, sent, value, every=found.sure) for other in others]
    return not _misreading(arms, sent, value, in_order=in_order, dropped=any(dropped))


def _misreading(arms: Sequence[Arm], sent: Sent, value: Any, *, in_order: bool, dropped: bool = False) -> list[Arm]:
    """The arms as which head may read a converted value, and by which it means something else.

    Args:
        arms: those of the union, in its order.
        sent: what the client has sent.
        value: what was made of it.
        in_order: whether the union takes the first arm that reads a value.
        dropped: whether keys that the client sent were dropped, so that it may be read as any arm.
    """
    chosen, given = sent.chosen, sent.given
    rivals = chosen.rivals if sent.certain and not dropped else arms
    scores = {id(arm): arm.at_head.leaf.score(value) for arm in rivals if arm.at_head is not None}
    if not any(scores.values()):
        return []
    if chosen.at_head is not None:
        scores[id(chosen)] = chosen.at_head.leaf.score(value)
    others: list[Arm] = []
    next_ones = iter(sent.next_ones or ())
    is_passed = False
    for arm in _ranked(arms, scores, in_order=in_order):
        if arm is chosen:
            is_passed = True
        elif sent.next_ones is not None:
            if arm is not next(next_ones, None) or not arm.means_the_same(chosen, given):
                return [*others, arm]
        elif is_passed:
            if not arm.may_have_been_said(chosen, given, value):
                others.append(arm)
        else:
            others.append(arm)
    return others


def _ranked(arms: Sequence[Arm], scores: dict[int, Score | None], *, in_order: bool) -> Iterator[Arm]:
    """The arms by which a union may read a value, the likeliest first, until one that certainly does.

    Args:
        arms: those of the union, in its order.
        scores: of the value, by the id of the arm.
        in_order: whether the union takes the first arm that reads a value.
    """
    while (best := best_of(((arm, scores.get(id(arm))) for arm in arms), in_order=in_order)) is not None:
        arm, score = best
        yield arm
        if score.sure:
            return
        del scores[id(arm)]


def _as_read(leaf: Leaf, value: Any) -> Any:
    """A value in which what a server reads leniently is written as what it reads; lists and objects in place."""
    if leaf.choices:
        best = best_of(((one, one.score(value)) for one in leaf.choices), in_order=leaf.in_order)
        return value if best is None else _as_read(best[0], value)
    if is_object(value) and isinstance(leaf.keyed, Arm):
        own = leaf.keyed.leaves
        read = [key for key in own.keys() & value.keys() if leaf.keyed.is_read(key, value)]
        value.update((key, _as_read(own[key], value[key])) for key in read)
    elif is_object(value) and leaf.entries:
        value.update((key, _as_read(leaf.entries, one)) for key, one in value.items())
    elif is_array(value) and not leaf.whole:
        items = [*leaf.first_items, *[leaf.items] * len(value)]
        value[:] = [one if item is None else _as_read(item, one) for item, one in zip(items, value, strict=False)]
    else:
        return leaf.read(value)
    return value


def _drop_keys(other: Arm, sent: Sent, value: Any, *, every: bool) -> bool:
    """Drop the keys of a converted value that another arm has and the chosen one does not; whether there were any.

    Args:
        other: the other arm.
        sent: what the client has sent.
        value: what was made of it.
        every: whether also those go that mean to the other arm what the client has said.
    """
    own, head = sent.chosen.at_head, other.at_head
    assert own is not None
    assert head is not None
    if every:
        return _drop_in(value, own.leaf, head.leaf)
    if not is_object(value):
        return False
    found = () if own.keeps_others else other.unsayable(sent.chosen, sent.given).intersection(value) - own.known
    for key in found:
        del value[key]
    return bool(found)


def _drop_from(value: dict[str, Any], own: Arm, other: Arm) -> bool:
    """Drop the keys that only another arm has from an object and the objects in it; whether there were any."""
    strange = () if own.keeps_others else (other.known - own.known).intersection(value)
    for key in strange:
        del value[key]
    both = own.leaves.keys() & other.leaves.keys() & value.keys()
    below = [_drop_in(value[key], own.leaves[key], other.leaves[key]) for key in both]
    return bool(strange) or any(below)


def _drop_in(value: Any, own: Leaf, other: Leaf) -> bool:
    """Drop the keys that only another leaf has from the objects in a value; whether there were any."""
    if own.choices:
        best = best_of(((one, one.score(value)) for one in own.choices), in_order=own.in_order)
        return best is not None and _drop_in(value, best[0], other)
    if is_object(value) and isinstance(own.keyed, Arm) and isinstance(other.keyed, Arm):
        return _drop_from(value, own.keyed, other.keyed)
    below = [_drop_in(value, own, one) for one in other.choices]
    if is_array(value) and own.items and other.items:
        below += [_drop_in(one, own.items, other.items) for one in value]
    elif is_object(value) and own.entries and other.entries:
        below += [_drop_in(one, own.entries, other.entries) for one in value.values()]
    return any(below)
