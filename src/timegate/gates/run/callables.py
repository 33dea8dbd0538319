"""Asks a callable discriminator which arm of a union an object is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from timegate.errors import GateError
from timegate.gates.run.arms import Arm
from timegate.gates.run.runtime import MISSING, copy_json
from timegate.typing import is_object


@dataclass(frozen=True, slots=True)
class Asked:
    """A callable discriminator and the arms that it names.

    Args:
        pick: gets a value and returns a tag.
        arms: the arm of each tag.
        is_heads: whether it is head's, which expects head's objects; otherwise a change declares it.
        is_first: whether the union's values have head's shape.
    """

    pick: Callable[[Any], Any]
    arms: Mapping[Any, Arm]
    is_heads: bool
    is_first: bool

    def keep_picked(self, left: Sequence[Arm], value: dict[str, Any]) -> list[Arm]:
        """The arms without those that the callable did not choose for an object; it is asked once."""
        try:
            # What only callables see is a copy already.
            chosen = self.arms.get(self.pick(copy_json(value) if _LEVEL.get() is None else value))
        except Exception:
            # The app's own callable may expect an instance of a model. Then the schema decides.
            return list(left)
        others = {id(arm) for arm in self.arms.values() if arm is not chosen}
        return [arm for arm in left if chosen is None or id(arm) not in others]

    def named(self, objects: list[Arm], value: dict[str, Any], *, upgrades: bool) -> list[Arm]:
        """The arms that the callable chooses where an object is meant as them; all where it chooses none.

        Head's own knows today's objects alone. So it gets what head would get, for each arm; for arms of which head
        would get the same, it is asked once.

        Args:
            objects: the arms whose values are objects.
            value: the object, which is not changed.
            upgrades: whether a client has sent it.
        """
        as_sent = not (upgrades and self.is_heads)
        forms = [value] * len(objects) if as_sent else _at_head(objects, value)
        asked: list[tuple[dict[str, Any], list[Arm]]] = []
        found: list[Arm] = []
        for arm, form in zip(objects, forms, strict=True):
            chosen = next((chosen for known, chosen in asked if known == form), None)
            if chosen is None:
                chosen = self.keep_picked(objects, form)
                asked.append((form, chosen))
            if any(one is arm for one in chosen):
                found.append(arm)
        return found or objects


class _Level(NamedTuple):
    """How many callables are being asked about an object that holds another one.

    Attributes:
        depth: their number.
        known: what was made of inner objects as an arm, by the depth, the arm and the object's text: it is needed for
            each arm of the outer one.
    """

    depth: int
    known: dict[tuple[int, int, str], dict[str, Any]]


_LEVEL: Final[ContextVar[_Level | None]] = ContextVar("timegate.level", default=None)

_DEEPEST: Final = 2
"""So many callables, one below the other, see what head would get; below them, one sees the values as they were sent.

Each of them looks at all that is below, so that a request takes as many times longer.
"""


def _at_head(arms: Sequence[Arm], value: dict[str, Any]) -> list[dict[str, Any]]:
    """An object as head would get it where it is meant as each arm; a key that the arm lacks is that of another one."""
    made = {id(arm): shown(arm, value) for arm in arms}
    forms: list[dict[str, Any]] = []
    for arm in arms:
        form: dict[str, Any] = {}
        for key, inner in value.items():
            owners = [arm] if key in arm.known else [one for one in arms if key in one.known]
            for one in owners:
                form.update((name, made[id(one)].get(name, inner)) for name in one.becomes(key))
            if not owners:
                form[key] = inner
        form.update(_set_besides(arm, value, form, made[id(arm)]))
        forms.append(form)
    return forms


def shown(arm: Arm, value: dict[str, Any]) -> dict[str, Any]:
    """What a callable sees of an object as an arm: the arm's keys, converted as far as they can be, and the others.

    Args:
        arm: the arm.
        value: the object, which is not changed.
    """
    depth, known = _LEVEL.get() or _Level(0, {})
    stays = arm.always is None and arm.effects.keys().isdisjoint(value)
    if arm.asking is None or stays or depth == _DEEPEST:
        return value
    place = depth, id(arm), repr(value)
    if place not in known:
        outer = _LEVEL.set(_Level(depth + 1, known))
        try:
            known[place] = _converted(arm, arm.asking, value)
        finally:
            _LEVEL.reset(outer)
    return known[place]


def shows_deeper() -> bool:
    """Whether what is converted now is shown to a callable that gets what head would get."""
    level = _LEVEL.get()
    return level is not None and level.depth < _DEEPEST


def _converted(arm: Arm, convert: Callable[[Any], Any], value: dict[str, Any]) -> dict[str, Any]:
    own = {key: copy_json(inner) for key, inner in value.items() if key in arm.known}
    others = {key: inner for key, inner in value.items() if key not in arm.known}
    try:
        made = convert(own)
    except GateError:
        # A function of the app refuses the whole object.
        return value
    return {**others, **made} if is_object(made) else value


def _set_besides(arm: Arm, value: dict[str, Any], form: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """What head gets of an arm under keys that none of an object's own keys became.

    What is filled in is no sign of the arm, but where head requires it and the object may be the arm.
    """
    required = list[str]()
    if arm.at_head is not None and arm.has_required(value):
        required = [min(names) for names in arm.at_head.required if names.isdisjoint(form)]
    nothing = shown(arm, {})
    found = {
        name: inner
        for name, inner in made.items()
        if name not in form and name not in value and nothing.get(name, MISSING) != inner
    }
    return {**found, **{name: made.get(name) for name in required}}
