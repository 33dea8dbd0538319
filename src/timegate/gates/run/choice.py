"""Chooses the arm of a union for a value while a program runs: by JSON type, tags, keys, and the types of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from timegate.errors import ArmName, DowngradeError, Failure, GateError, UpgradeError
from timegate.gates.run.arms import EVER, Arm
from timegate.gates.run.callables import SEEN, Asked, Seen
from timegate.gates.run.heads_choice import Sent, as_sent, tell_head
from timegate.gates.run.leaves import Reading, Score, TypedValue, best_of
from timegate.gates.run.runtime import gate_error, refuse
from timegate.gates.run.signs import Signs
from timegate.gates.run.tag_errors import ExpectedTags, TagError
from timegate.gates.run.unfit import not_listed, unfit
from timegate.gates.run.value_checks import unread, wrong_type
from timegate.typing import is_array, is_object, type_of

NO_ARM = "no arm of the union fits"

_NO_KIND = TagError("value_error", "Input should be one of the kinds that this version has", {})


@dataclass(slots=True, eq=False)
class Choice:
    """A union's arms, and how a value's arm is chosen.

    Args:
        arms: every arm in the union's order, then those of newer versions.
        error: the error of this direction.
        tag: the key whose values name one arm each; None where there is none.
        table: the arm of each value of the tag.
        asked: a callable discriminator; None where there is none.
        is_asking: whether only a callable discriminator sees the result.
        in_order: whether the union takes the first arm that reads a value.
        complete: whether objects have all their keys, so that an arm that lacks some is less likely.
        in_part: whether head leaves keys out that objects are said to have: those that may be null.
        names_lack: whether it leaves any out for their names.
        apart: whether somebody vouches that what a value of head holds says which arm it is.

    Attributes:
        has_rivals: whether head might read another arm than the chosen one: it chooses by more than a tag.
        objects: the arms whose values are objects.
    """

    arms: Sequence[Arm]
    error: type[GateError]
    tag: str | None = None
    table: dict[TypedValue, Arm] = field(default_factory=dict[TypedValue, Arm])
    asked: Asked | None = None
    is_asking: bool = False
    in_order: bool = False
    complete: bool = False
    in_part: bool = False
    names_lack: bool = False
    apart: bool = False
    objects: list[Arm] = field(init=False)
    has_rivals: bool = False
    _signs: Signs | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.objects = [arm for arm in self.arms if dict in arm.leaf.kinds]

    @property
    def upgrades(self) -> bool:
        """Whether values come from clients."""
        return self.error is not DowngradeError

    def __call__(self, value: Any, came: int = EVER) -> Any:
        """Convert a value by its arm.

        Args:
            value: the value, or what stands in for another arm.
            came: when that one's introduction was undone: the value is of an arm that was there before.
        """
        seen = None
        if self.asked is not None and self.asked.asks_for_head and is_object(value):
            seen = SEEN.get()
            if seen is None:
                token = SEEN.set(Seen())
                try:
                    return self(value)
                finally:
                    SEEN.reset(token)
            for one in self.objects:
                # All that is below it is asked about first, so that no frame but those of programs lies in between.
                seen.as_arm(one, one.asking, value)
        # Its keys, because the value may be changed in place.
        given = dict.fromkeys(value) if self.has_rivals and is_object(value) else value
        arm = self.choose(value, came)
        if arm is None:
            return value
        if arm.refused is not None and not self.is_asking:
            raise self._no_such_arm(arm, value)
        if self.is_asking and is_object(value):
            if not arm.is_open and not arm.unknown_keys.isdisjoint(value):
                value = {key: inner for key, inner in value.items() if key not in arm.unknown_keys}
            if seen is not None:
                return seen.as_arm(arm, arm.program, value)
        told = not self.has_rivals or self._is_told_to_head(value)
        sent = Sent(arm, given) if told else as_sent(self.arms, arm, value, given, in_order=self.in_order)
        if arm.leaf.fields is not None and is_object(value):
            # As a list it is nothing else to head.
            value = arm.leaf.fields.as_list(value)
        if arm.program is not None:
            try:
                value = arm.program(value)
            except GateError as error:
                if arm.label:
                    error.at(ArmName(arm.label))
                raise
        if arm.rivals or not sent.certain:
            self._tell_head(sent, value)
        return value

    def _there(self, came: int, value: dict[str, Any]) -> list[Arm]:
        """The arms that an object fits, of those that were there before another one came; all where it fits none."""
        if self._signs is None:
            self._signs = Signs(self.objects)
        fitting = [arm for arm in self._signs.of(value) if arm.came > came and arm.has_keys_of(value)]
        return _by_tags(fitting, value, leniently=False) or [arm for arm in self.objects if arm.came > came]

    def _is_told_to_head(self, value: Any) -> bool:
        """Whether head asks a callable which arm a value is."""
        return self.asked is not None and self.asked.is_heads and is_object(value)

    def _tell_head(self, sent: Sent, value: Any) -> None:
        """Make sure that head reads a converted value as what was sent."""
        if self.asked is not None and self._is_told_to_head(value):
            is_told = sent.chosen in self.asked.keep_picked(self.objects, value)
        else:
            is_told = tell_head(self.arms, sent, value, in_order=self.in_order)
        if not is_told:
            raise UpgradeError(failures=[Failure("head may read it as another arm of the union", *_NO_KIND)])

    def choose(self, value: Any, came: int = EVER) -> Arm | None:
        """The arm of a value, as for a call; None where the value stays as it is."""
        if not is_object(value) or not self.objects:
            return self._without_keys(value, came)
        if self.tag is not None:
            tag: Any = value.get(self.tag)
            arm = self.table.get((type_of(tag), tag)) if type_of(tag) in (str, int, bool) else None
            if arm is not None and arm.came > came:
                return arm
        if self.asked is not None and (self.upgrades or self.asked.is_first):
            left = self.asked.named(self.objects, value, came)
        else:
            left = self.objects if came == EVER else self._there(came, value)
        # What a callable has named is no other arm, whether it fits or not.
        is_told = len(left) == 1
        tagged = _by_tags(left, value, leniently=self.upgrades)
        left = left if is_told else tagged
        if len(left) == 1:
            (arm,) = left
            # Without a tag in it, the keys of a request say whether it is any arm at all.
            has_tag = bool(tagged) and not arm.tags.keys().isdisjoint(value)
            if len(self.objects) == 1 or not self.upgrades or has_tag:
                return arm
            if is_told and arm.refused is None and arm.has_keys_of(value):
                self._remove_unknown_keys(arm, value)
                return arm
        fitting = [arm for arm in left if arm.has_keys_of(value)]
        allowed = [arm for arm in fitting if arm.refused is None]
        # An arm of a newer version is refused only where no arm of the client's version fits.
        arm = self._sent(allowed, value) if self.upgrades else self._received(allowed, value, came)
        if arm is not None:
            self._remove_unknown_keys(arm, value)
            return arm
        if fitting and not allowed:
            return fitting[0]
        self._refuse(allowed, value)
        return None

    def _without_keys(self, value: Any, came: int) -> Arm | None:
        """The arm of a value whose keys say nothing: one that lists it, or the one by which it is read."""
        kind = type_of(value)
        allowed = [arm for arm in self.arms if arm.refused is None and arm.came > came]
        left = [arm for arm in allowed if kind in arm.leaf.types]
        listing = [
            arm for arm in left if (values := arm.leaf.values) is not None and values.has(value, leniently=False)
        ]
        if self.upgrades:
            arm = listing[0] if listing and not self.in_order else self._read(allowed, left, value)
            if arm is None and not self._left_to_head(value):
                self._refuse([], value)
            return arm
        left = listing or [arm for arm in left if arm.leaf.values is None]
        if not left:
            self._refuse([], value)
            return None
        return self._only(self._best(left, value), value)

    def _read(self, allowed: list[Arm], left: list[Arm], value: Any) -> Arm | None:
        """The arm by which the server of an older version would have read a value that is no object; None for none.

        Args:
            allowed: the arms that the client may send.
            left: those of the value's JSON type.
            value: the value.
        """
        lacked = [arm for arm in allowed if arm.newer_values.has(value, leniently=True)]
        taken = lacked if self.in_order else []
        scored = ((arm, Score() if arm in taken else arm.leaf.score(value)) for arm in allowed)
        found = best_of(scored, in_order=self.in_order)
        if lacked and not self.in_order and (found is None or not self._beats_member(*found, lacked[0])):
            # Head could read it as a member that the client lacks: the enum refuses it.
            return lacked[0]
        if found is not None:
            return found[0]
        # What none of them reads is refused by the only one that it could be, or by head.
        enums = [arm for arm in allowed if arm.leaf.values is not None and arm.leaf.reads(value)]
        own = [arm for arm in left if arm.leaf.values is None]
        return own[0] if own and (len(own) == 1 or not is_array(value)) else next(iter(enums), None)

    def _beats_member(self, arm: Arm, score: Score, enum: Arm) -> bool:
        """Whether head reads a value as an arm rather than as a member of an enum: exactly, or as the first of both."""
        is_first = next(one for one in self.arms if one is arm or one is enum) is arm
        return score.sure and (is_first or score.exact == Score().exact)

    def _left_to_head(self, value: Any) -> bool:
        """Whether a value of a request can be no touched arm, and head may read it as one that is a scalar."""
        if not self.upgrades or any(
            arm.leaf.described or (arm.is_touched and arm.leaf.reads(value)) for arm in self.arms
        ):
            return False
        return any(arm.leaf.is_scalar for arm in self.arms if not arm.is_touched)

    def _sent(self, left: list[Arm], value: dict[str, Any]) -> Arm | None:
        """The arm that the server of an older version would have read; None where it would have read none.

        As that server did: of the arms that can be read the one by which most fields are set, then one whose values
        have the very types, then the first; or else the first of all, where the union is read from left to right.
        """
        left = [arm for arm in left if not arm.unread(value)]
        if len(left) > 1:
            found = best_of(((arm, arm.leaf.score(value)) for arm in left), in_order=self.in_order)
            left = [found[0]] if found is not None else _knowing_most(left, value)
        return left[0] if left else None

    def _received(self, left: list[Arm], value: dict[str, Any], came: int) -> Arm | None:
        """The arm that head has sent; None where none is left."""
        if len(left) > 1 and self.apart:
            reading = self._reading()
            left = _knowing_most([arm for arm in left if arm.leaf.score(value, reading) is not None] or left, value)
        if len(left) > 1 and self.asked is not None and not self.asked.is_first:
            left = self.asked.keep_picked(left, value, came)
        if len(left) > 1:
            left = self._best(left, value)
        if len(left) > 1 and self.complete:
            fewest = min(len(arm.known - value.keys()) for arm in left)
            left = [arm for arm in left if len(arm.known - value.keys()) == fewest]
        return self._only(left, value) if left else None

    def _reading(self) -> Reading:
        return Reading(strictly=True, in_part=self.in_part, names_lack=self.names_lack)

    def _best(self, left: list[Arm], value: Any) -> list[Arm]:
        """The arms as which a value of head is read best; those that know most of its keys where none reads it."""
        reading = self._reading()
        scored = [(arm, score) for arm in left if (score := arm.leaf.score(value, reading)) is not None]
        if not scored:
            return _knowing_most(left, value) if is_object(value) else left
        return [arm for arm, score in scored if not any(other.beats(score) for _, other in scored)]

    def _only(self, left: list[Arm], value: Any) -> Arm:
        """One of the arms that head may have sent, if it makes no difference which."""
        if len(left) == 1 or len({arm.does_to(value) for arm in left}) == 1:
            return left[0]
        raise self.error("several arms of the union fit, and they differ between the versions")

    def _refuse(self, fitting: list[Arm], value: Any) -> None:
        """Refuse a value that fits no arm; a null in a response passes."""
        if self.is_asking:
            # What cannot be converted is shown as it was sent.
            return
        if not self.upgrades:
            if value is None:
                # Head sends a null that no schema mentions; an old client reads it as the newest one does.
                return
            raise self.error(NO_ARM)
        if is_object(value):
            self._refuse_newer(value)
            failures = _unread_keys(fitting[0], value) if len(fitting) == 1 else []
            failures = failures or self._unfit(value) or [Failure(NO_ARM, *self._without_tag(value))]
            raise UpgradeError(failures=failures)
        raise wrong_type(*(kind for arm in self.arms for kind in arm.leaf.types))

    def _no_such_arm(self, arm: Arm, value: Any) -> GateError:
        """The error of a value that is an arm of newer versions alone; the caller raises it directly."""
        error = gate_error(self.error, f"this version has no {arm.name}", arm.refused)
        if is_object(value):
            (first,) = error.failures
            first.kind, first.message, first.context = self._without_tag(value)
            if len(self._own()) == 1:
                own = self._unfit(value)
                error.failures = [
                    replace(one, problem=first.problem, change=first.change, version=first.version) for one in own
                ] or [first]
        return error

    def _own(self) -> list[Arm]:
        """The arms of the client's version. Where it has one alone, its contract has no union."""
        return [arm for arm in self.arms if arm.refused is None]

    def _unfit(self, value: dict[str, Any]) -> list[Failure]:
        """What of an object does not fit the one arm that it can be meant as; nothing where there are several."""
        own = self._own()
        named = self.asked.named(self.objects, value) if self.asked is not None and len(own) > 1 else own
        return unfit(named[0], value, is_arm=len(own) > 1) if len(named) == 1 else []

    def _without_tag(self, value: dict[str, Any]) -> TagError:
        """The validation error of an object that is none of the arms."""
        if self.tag is None:
            told = None if self.asked is None else self.asked.error(self.objects, value)
            return told or _NO_KIND
        own = [tag for (_, tag), arm in self.table.items() if arm.refused is None]
        return ExpectedTags(self.tag, own).error(value)

    def _remove_unknown_keys(self, arm: Arm, value: dict[str, Any]) -> None:
        """Drop keys that could lead head to another arm; refuse them where the arm is closed.

        Each key of what has any keys says something: where head reads it as another arm, it is refused as a whole.
        """
        if arm.is_open or self.is_asking:
            return
        for key in sorted(arm.unknown_keys.intersection(value)):
            if arm.closed:
                refuse(self.error, "this version has no such key", None, key)
            del value[key]

    def _refuse_newer(self, value: dict[str, Any]) -> None:
        """Refuse a value that fits no arm of the client's version by what makes it newer."""
        for arm in _by_tags(self.arms, value, leniently=True):
            if arm.refused is not None and arm.has_required(value):
                raise self._no_such_arm(arm, value)
        for arm in self.arms:
            for key, values in arm.newer_tags.items():
                found = value.get(key)
                if type(found) in (str, int, bool) and (type_of(found), found) in values:
                    raise UpgradeError(failures=[not_listed(arm.tags[key], key, what="value")])
            for key in value:
                if key in arm.newer_keys:
                    refuse(UpgradeError, "this version has no such key", None, key)


def _unread_keys(arm: Arm, value: dict[str, Any]) -> list[Failure]:
    """What the keys of an object are told whose values its arm does not read."""
    found: list[Failure] = []
    for key in arm.unread(value):
        leaf = arm.leaves[key]
        typed = leaf.typed or leaf.frame
        error = None if typed is None else typed.unread(value[key])
        failures = wrong_type(*leaf.types).failures if error is None else unread(error)
        for failure in failures:
            failure.path.append(key)
        found += failures
    return found


def _by_tags(arms: Sequence[Arm], value: dict[str, Any], *, leniently: bool) -> list[Arm]:
    """The arms of which an object has no wrong tag."""
    left: list[Arm] = []
    for arm in arms:
        for key, tags in arm.tags.items():
            if key in value:
                found = value[key]
                # A text is what most tags are; looking it up at once is faster.
                if type(found) is str and (str, found) in tags.values:
                    continue
                if not tags.has(found, leniently=leniently) and arm.is_read(key, value):
                    break
        else:
            left.append(arm)
    return left


def _knowing_most(arms: list[Arm], value: dict[str, Any]) -> list[Arm]:
    """The arms that know most of the keys of an object."""
    most = max(len(value.keys() & arm.known) for arm in arms)
    return [arm for arm in arms if len(value.keys() & arm.known) == most]
