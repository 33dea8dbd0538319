"""Asks a callable discriminator which arm of a union an object is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from timegate.errors import GateError
from timegate.gates.run.arms import EVER, Arm
from timegate.gates.run.runtime import MISSING
from timegate.gates.run.tag_errors import TagError, called, tag_error
from timegate.typing import is_object

Convert: TypeAlias = Callable[[Any], Any]


@dataclass(slots=True, eq=False)
class Seen:
    """What callables were shown of the objects in one value, and what they said: each object is looked at once.

    An object is shown to the callable of its own union, and as a part of all objects around it.

    Args:
        converted: what was made of an object, by the function and the `id` of the object.
        named: the positions of the arms that a callable has named, by the callable, the arms and the object.
        nothing: what an arm's function makes of an object without keys.
        kept: the objects, so that no other one gets the `id` of one that is gone.
    """

    converted: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict[tuple[int, int], dict[str, Any]])
    named: dict[tuple[Hashable, ...], list[int]] = field(default_factory=dict[tuple[Hashable, ...], list[int]])
    nothing: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    kept: list[object] = field(default_factory=list[object])

    def as_arm(self, arm: Arm, convert: Convert | None, value: dict[str, Any]) -> dict[str, Any]:
        """An object as an arm: the arm's keys, converted as far as they can be, and the others.

        Args:
            arm: the arm.
            convert: its program; it changes nothing in place.
            value: the object.
        """
        if convert is None or (arm.always is None and arm.effects.keys().isdisjoint(value)):
            return value
        place = id(convert), id(value)
        found = self.converted.get(place)
        if found is None:
            try:
                made = convert({key: inner for key, inner in value.items() if key in arm.known})
            except GateError:
                # A function of the app refuses the whole object.
                made = None
            others = {key: inner for key, inner in value.items() if key not in arm.known}
            found = self.converted[place] = {**others, **made} if is_object(made) else value
            self.kept.append(value)
        return found

    def without_keys(self, arm: Arm) -> dict[str, Any]:
        """What is shown of an object without keys as an arm."""
        if id(arm) not in self.nothing:
            self.nothing[id(arm)] = self.as_arm(arm, arm.asking, {})
        return self.nothing[id(arm)]


SEEN: Final[ContextVar[Seen | None]] = ContextVar("timegate.seen", default=None)
"""What callables have seen of the value that is converted; None where none is asked about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A callable discriminator and the arms that it names.

    Args:
        pick: gets a value and returns a tag.
        arms: the arm of each tag.
        is_heads: whether it is head's, which expects head's objects; otherwise a change declares it.
        is_first: whether the union's values have head's shape.
        asks_for_head: whether clients send the values and head's callable is asked, which gets what head would get.
    """

    pick: Callable[[Any], Any]
    arms: Mapping[Any, Arm]
    is_heads: bool
    is_first: bool
    asks_for_head: bool

    def keep_picked(self, left: Sequence[Arm], value: dict[str, Any], came: int = EVER) -> list[Arm]:
        """The arms without those that the callable did not choose for an object; it is asked once."""
        try:
            # It may take its tag out of the object that it gets.
            chosen = self.arms.get(self.pick({**value}))
        except Exception:
            # The app's own callable may expect an instance of a model. Then the schema decides.
            return list(left)
        if chosen is None or chosen.came <= came:
            return list(left)
        others = {id(arm) for arm in self.arms.values() if arm is not chosen}
        return [arm for arm in left if id(arm) not in others]

    def named(self, objects: list[Arm], value: dict[str, Any], came: int = EVER) -> list[Arm]:
        """The arms that the callable chooses where an object is meant as them; all where it chooses none.

        Head's own knows today's objects alone. So it gets what head would get, for each arm; for arms of which head
        would get the same, it is asked once.

        Args:
            objects: the arms whose values are objects.
            value: the object, which is not changed.
            came: the introduction of an arm for which the object stands in; it is one that was there before.
        """
        if not self.asks_for_head:
            there = objects if came == EVER else [arm for arm in objects if arm.came > came]
            return self.keep_picked(there, value, came) or there
        seen = SEEN.get()
        assert seen is not None
        place = (
            id(self.pick),
            id(value),
            *(id(arm.asking) for arm in objects),
            *map(hash, (arm.name for arm in objects)),
        )
        found = seen.named.get(place)
        if found is None:
            found = seen.named[place] = self._named(objects, value, seen)
            seen.kept.append(value)
        return [objects[position] for position in found] or objects

    def error(self, objects: list[Arm], value: dict[str, Any]) -> TagError | None:
        """The validation error of an object that is none of the arms; None where head's callable does not say it."""
        seen = SEEN.get()
        if seen is None or not self.asks_for_head:
            return None
        try:
            tags = [self.pick({**form}) for form in _at_head(objects, value, seen)]
        except Exception:
            # The app's own callable may expect an instance of a model.
            return None
        tag = next((tag for tag in tags if tag is not None), MISSING)
        known = [tag for tag, arm in self.arms.items() if arm.refused is None]
        if tag in known:
            return None
        return tag_error(called(self.pick), tag, known)

    def _named(self, objects: list[Arm], value: dict[str, Any], seen: Seen) -> list[int]:
        asked: list[tuple[dict[str, Any], list[Arm]]] = []
        found: list[int] = []
        for position, form in enumerate(_at_head(objects, value, seen)):
            chosen = next((chosen for known, chosen in asked if known == form), None)
            if chosen is None:
                chosen = self.keep_picked(objects, form)
                asked.append((form, chosen))
            if any(one is objects[position] for one in chosen):
                found.append(position)
        return found


def _at_head(arms: Sequence[Arm], value: dict[str, Any], seen: Seen) -> list[dict[str, Any]]:
    """An object as head would get it where it is meant as each arm; a key that the arm lacks is that of another one."""
    made = {id(arm): seen.as_arm(arm, arm.asking, value) for arm in arms}
    forms: list[dict[str, Any]] = []
    for arm in arms:
        form: dict[str, Any] = {}
        for key, inner in value.items():
            owners = [arm] if key in arm.known else [one for one in arms if key in one.known]
            for one in owners:
                form.update((name, made[id(one)].get(name, inner)) for name in one.becomes(key))
            if not owners:
                form[key] = inner
        form.update(_set_besides(arm, value, form, made[id(arm)], seen))
        forms.append(form)
    return forms


def _set_besides(
    arm: Arm, value: dict[str, Any], form: dict[str, Any], made: dict[str, Any], seen: Seen
) -> dict[str, Any]:
    """What head gets of an arm under keys that none of an object's own keys became.

    What is filled in is no sign of the arm, but where head requires it and the object may be the arm.
    """
    required = list[str]()
    if arm.at_head is not None and arm.has_required(value):
        required = [min(names) for names in arm.at_head.required if names.isdisjoint(form)]
    if not required and made.keys() <= form.keys():
        return {}
    nothing = seen.without_keys(arm)
    found = {
        name: inner
        for name, inner in made.items()
        if name not in form and name not in value and nothing.get(name, MISSING) != inner
    }
    return {**found, **{name: made.get(name) for name in required}}
